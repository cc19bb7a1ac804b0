#include "compiler/kernels/contraction.hpp"

#include "compiler/kernels/access.hpp"
#include "compiler/kernels/rewrite.hpp"

#include <algorithm>

namespace fovea::kernels {
namespace {

// How often each index stands in an expression.
void count_uses(const IndexExpr& expr, std::vector<int>& uses) {
  for (const IndexTerm& term : expr.terms)
    if (term.kind == IndexTerm::Kind::index)
      ++uses[static_cast<size_t>(term.index)];
    else
      count_uses(*term.inner, uses);
}

std::vector<int> uses_of(const Node& read, size_t indices) {
  std::vector<int> uses(indices);
  for (const Subscript& subscript : read.subscripts)
    count_uses(subscript.index, uses);
  return uses;
}

// Each dimension is one index, or constant, and no index stands twice.
bool is_plain(const Node& read, size_t indices) {
  for (const Subscript& subscript : read.subscripts)
    if (subscript.boundary != Boundary::none || subscript.index.terms.size() > 1 ||
        (subscript.index.terms.size() == 1 &&
         !subscript.index.is_index(subscript.index.terms[0].index)))
      return false;
  const std::vector<int> uses = uses_of(read, indices);
  return std::all_of(uses.begin(), uses.end(), [](int count) { return count <= 1; });
}

struct Reads {
  const Node *image, *weights;
};

std::optional<Reads> reads_of(const Equation& equation) {
  if (equation.reduction != ReduceKind::sum)
    return std::nullopt;
  const Node* product = &without_casts(*equation.body);
  if (product->kind != Node::Kind::op || product->op != ScalarOp::mul)
    return std::nullopt;
  const Node* first = &without_casts(*product->args[0]);
  const Node* second = &without_casts(*product->args[1]);
  if (first->kind != Node::Kind::read || second->kind != Node::Kind::read ||
      first->tensor == second->tensor || is_gather(*first) || is_gather(*second))
    return std::nullopt;
  const size_t indices = equation.free.size() + equation.reduced.size();
  const bool swapped = !is_plain(*second, indices) && is_plain(*first, indices);
  if (swapped)
    std::swap(first, second);
  return is_plain(*second, indices) ? std::optional<Reads>({first, second}) : std::nullopt;
}

bool contains(const std::vector<int>& list, int value) {
  return std::find(list.begin(), list.end(), value) != list.end();
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
  const std::optional<Reads> reads = reads_of(equation);
  if (!reads)
    return std::nullopt;
  const int free = static_cast<int>(equation.free.size());
  const size_t count = equation.free.size() + equation.reduced.size();
  Contraction result;
  result.equation = number;
  result.image = reads->image->tensor;
  result.weights = reads->weights->tensor;
  const std::vector<int> image = uses_of(*reads->image, count);
  const std::vector<int> weights = uses_of(*reads->weights, count);
  for (int k = 0; k < free; ++k) {
    const bool in_image = image[static_cast<size_t>(k)],
               in_weights = weights[static_cast<size_t>(k)];
    if (!in_image && !in_weights)
      return std::nullopt; // the same sum again and again
    (in_image && in_weights ? result.groups : in_image ? result.rows : result.columns).push_back(k);
  }
  for (size_t d = 0; d < reads->image->subscripts.size(); ++d) {
    const Subscript& subscript = reads->image->subscripts[d];
    const bool has_row = std::any_of(result.rows.begin(), result.rows.end(), [&](int row) {
      std::vector<int> uses(count);
      count_uses(subscript.index, uses);
      return uses[static_cast<size_t>(row)] > 0;
    });
    const bool plain = subscript.index.terms.size() <= 1 && subscript.boundary == Boundary::none;
    if (!has_row || (plain && subscript.index.is_index(subscript.index.terms[0].index)))
      continue;
    const auto window = window_of(subscript, static_cast<int>(d), free, result.groups);
    if (!window)
      return std::nullopt;
    result.windows.push_back(*window);
  }
  for (int r = free; r < static_cast<int>(count); ++r) {
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
    if (!found ||
        !(equation.shape() == definition.equations[static_cast<size_t>(found->equation)].shape()))
      return std::nullopt;
    bool pointwise = true;
    for_each_node(equation.body, [&](const Node& node) {
      if (node.kind != Node::Kind::read)
        return;
      for (size_t d = 0; d < node.subscripts.size(); ++d) {
        const IndexExpr& index = node.subscripts[d].index;
        const bool own = contains(later, node.tensor);
        pointwise &= node.subscripts[d].boundary == Boundary::none &&
                     (own ? index.is_index(static_cast<int>(d))
                          : index.terms.size() <= 1 &&
                                (index.terms.empty() || index.is_index(index.terms[0].index)));
      }
    });
    if (!pointwise)
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

int count_reads(const Definition& definition, int tensor) {
  int reads = 0;
  for (const Equation& equation : definition.equations)
    for_each_node(equation.body, [&](const Node& node) {
      reads += node.kind == Node::Kind::read && node.tensor == tensor;
    });
  return reads;
}

Factors factors_of(const Definition& definition, const Contraction& contraction) {
  const std::optional<Reads> reads =
      reads_of(definition.equations[static_cast<size_t>(contraction.equation)]);
  return {reads->image, reads->weights};
}

} // namespace fovea::kernels
