#include "compiler/kernels/contraction.hpp"

#include "compiler/kernels/access.hpp"
#include "compiler/kernels/lists.hpp"
#include "compiler/kernels/reads.hpp"

#include <algorithm>

namespace fovea::kernels {
namespace {

// Each dimension is one index, or constant, and no index stands twice.
bool is_plain(const Equation& equation, const Node& read) {
  for (const Subscript& subscript : read.subscripts)
    if (subscript.boundary != Boundary::none ||
        !(subscript.index.is_constant() || single_index(subscript.index) >= 0))
      return false;
  const std::vector<int> uses = uses_of(equation, read);
  return std::all_of(uses.begin(), uses.end(), [](int count) { return count <= 1; });
}

std::optional<Factors> image_and_weights(const Equation& equation) {
  const std::optional<ReadPair> factors = factors_of_sum(equation);
  if (!factors)
    return std::nullopt;
  const auto [first, second] = *factors;
  if (is_plain(equation, *second))
    return Factors{first, second};
  return is_plain(equation, *first) ? std::optional(Factors{second, first}) : std::nullopt;
}

// Finds row, term and factors of a dimension such as y * 2 + m - 3. Groups may move it.
std::optional<Contraction::Window> window_of(const Subscript& subscript, int axis, int free,
                                             const std::vector<int>& groups) {
  Contraction::Window window;
  window.axis = axis;
  window.offset = subscript.index.constant;
  for (const IndexTerm& term : subscript.index.terms) {
    if (term.kind != IndexTerm::Kind::index || term.coefficient < 1)
      return std::nullopt;
    if (contains(groups, term.index))
      continue;
    int& own = term.index < free ? window.row : window.term;
    if (own >= 0)
      return std::nullopt;
    own = term.index;
    (term.index < free ? window.stride : window.dilation) = term.coefficient;
  }
  return window;
}

} // namespace

std::optional<Contraction> contraction_of(const Definition& definition, int number) {
  const Equation& equation = definition.equations[static_cast<size_t>(number)];
  const std::optional<Factors> reads = image_and_weights(equation);
  if (!reads)
    return std::nullopt;
  const int free = static_cast<int>(equation.free.size());
  Contraction result;
  result.equation = number;
  result.image = reads->image->tensor;
  result.weights = reads->weights->tensor;
  const std::vector<int> image = uses_of(equation, *reads->image);
  const std::vector<int> weights = uses_of(equation, *reads->weights);
  for (int k = 0; k < free; ++k) {
    const bool in_image = image[static_cast<size_t>(k)],
               in_weights = weights[static_cast<size_t>(k)];
    if (!in_image && !in_weights)
      return std::nullopt; // the same sum again and again
    (in_image && in_weights ? result.groups : in_image ? result.rows : result.columns).push_back(k);
  }
  for (size_t d = 0; d < reads->image->subscripts.size(); ++d) {
    const Subscript& subscript = reads->image->subscripts[d];
    const bool has_row = std::any_of(result.rows.begin(), result.rows.end(),
                                     [&](int row) { return holds(subscript.index, row); });
    if (!has_row || plain_index(subscript) >= 0)
      continue;
    const auto window = window_of(subscript, static_cast<int>(d), free, result.groups);
    if (!window)
      return std::nullopt;
    result.windows.push_back(*window);
  }
  for (int r = free; r < index_count(equation); ++r) {
    if (!image[static_cast<size_t>(r)] || !weights[static_cast<size_t>(r)])
      return std::nullopt;
    const bool windowed = std::any_of(result.windows.begin(), result.windows.end(),
                                      [&](const auto& window) { return window.term == r; });
    if (!windowed)
      result.channels.push_back(r);
  }
  return result;
}

std::optional<Contraction> contraction_with_epilogue(const Definition& definition) {
  if (definition.results.size() != 1)
    return std::nullopt;
  std::optional<Contraction> found;
  std::vector<int> later; // tensors that follow from the contraction, element by element
  for (int e = 0; e < static_cast<int>(definition.equations.size()); ++e) {
    const Equation& equation = definition.equations[static_cast<size_t>(e)];
    if (equation.reduction) {
      if (found)
        return std::nullopt;
      found = contraction_of(definition, e);
      if (!found)
        return std::nullopt;
      later.push_back(definition.tensor_of_equation(e));
      continue;
    }
    if (!found || !is_elementwise(equation, later) ||
        !(equation.shape() == definition.equations[static_cast<size_t>(found->equation)].shape()))
      return std::nullopt;
    later.push_back(definition.tensor_of_equation(e));
  }
  if (!found || !contains(later, definition.tensor_of_equation(definition.results[0])))
    return std::nullopt;
  return found;
}

std::optional<Contraction> packable_contraction(const Definition& definition) {
  const std::optional<Contraction> found = contraction_with_epilogue(definition);
  const int operands = static_cast<int>(definition.operands.size());
  if (!found || !is_f32(definition) || found->image >= operands || found->weights >= operands)
    return std::nullopt;
  const Equation& sum = definition.equations[static_cast<size_t>(found->equation)];
  const auto is_one = [](const IndexRange& range) { return range.extent == 1; };
  if (sum.shape().elements() <= 0 || std::all_of(sum.reduced.begin(), sum.reduced.end(), is_one))
    return std::nullopt;
  return count_reads(definition, found->weights) == 1 ? found : std::nullopt;
}

Factors factors_of(const Definition& definition, const Contraction& contraction) {
  return *image_and_weights(definition.equations[static_cast<size_t>(contraction.equation)]);
}

} // namespace fovea::kernels
