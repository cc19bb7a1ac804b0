#include "compiler/kernels/gemv.hpp"

#include "compiler/kernels/access.hpp"
#include "compiler/kernels/contraction.hpp"
#include "compiler/kernels/interleave.hpp"
#include "compiler/kernels/lists.hpp"
#include "compiler/kernels/normalise.hpp"
#include "compiler/kernels/reads.hpp"

#include <fovea/catalogue/integers.hpp>

#include <algorithm>
#include <optional>
#include <sstream>

namespace fovea::kernels {
namespace {

using catalogue::ceiling_quotient;

using catalogue::Layout;
using catalogue::Problem;
using catalogue::Target;

constexpr int64_t most_vectors = 8;
constexpr int64_t vectors_of_a_sum = 2; // where there are few rows: else these are sums enough
constexpr int64_t most_rows = 8;        // streams from memory
constexpr int64_t least_parallel_bytes = 256
                                         << 10; // read in about as long as a thread takes to wake
// Several rows at once are as many places of the memory: weights that are packed in the order in
// which they are read come faster. Of alexnet's first dense layer at 32 GB/s for 23 to 30, two
// threads of an AMD EPYC.
constexpr double bandwidth_of_rows = 0.95;

// A map of one pixel: its blocks stand one behind the other, as row-major channels do.
bool stands_as_row_major(const Shape& shape, const Layout& layout) {
  for (int d = layout.axis + 1; !layout.is_row_major() && d < shape.rank(); ++d)
    if (shape[d] != 1)
      return false;
  return true;
}

// The definition over tensors as they are stored; none where a tensor stands in another order.
std::optional<Definition> stored(const Problem& problem) {
  const auto& prepared = problem.forms.prepared;
  if (contains(prepared, true))
    return std::nullopt;
  Definition definition = problem.definition;
  for (size_t k = 0; k < definition.operands.size(); ++k) {
    Shape& shape = definition.operands[k].type.shape;
    const Layout layout = problem.forms.operand(static_cast<int>(k));
    if (!stands_as_row_major(shape, layout))
      return std::nullopt;
    if (!layout.is_row_major()) // with the surplus, which nobody reads
      shape[layout.axis] = ceiling_quotient(shape[layout.axis], layout.block) * layout.block;
  }
  for (size_t r = 0; r < definition.results.size(); ++r) {
    const Layout layout = problem.forms.result(static_cast<int>(r));
    const Shape shape = definition.equations[static_cast<size_t>(definition.results[r])].shape();
    if (!stands_as_row_major(shape, layout) ||
        (!layout.is_row_major() && shape[layout.axis] % layout.block != 0))
      return std::nullopt;
  }
  return definition;
}

// The product, in a simplified definition.
struct Product {
  int equation = 0;
  int wide = 0;            // the free dimension that walks through the matrix' rows
  std::vector<int> narrow; // those of the vectors
  int64_t rows = 1, terms = 1, vectors = 1;
};

// Its two factors end in the reduced index, plainly.
bool reads_contiguously(const Definition& definition, const Contraction& contraction) {
  const Equation& equation = definition.equations[static_cast<size_t>(contraction.equation)];
  if (equation.reduced.size() != 1)
    return false;
  const int term = static_cast<int>(equation.free.size());
  const Factors factors = factors_of(definition, contraction);
  for (const Node* factor : {factors.image, factors.weights}) {
    if (factor->subscripts.empty() || !factor->subscripts.back().index.is_index(term))
      return false;
    for (const Subscript& subscript : factor->subscripts)
      if (plain_index(subscript) < 0)
        return false;
  }
  return true;
}

std::optional<Product> product_of(const Definition& definition) {
  const auto contraction = contraction_with_epilogue(definition);
  if (!contraction || !is_f32(definition) || !contraction->groups.empty() ||
      !reads_contiguously(definition, *contraction))
    return std::nullopt;
  const Equation& equation = definition.equations[static_cast<size_t>(contraction->equation)];
  const auto extent_of = [&](const std::vector<int>& dimensions) {
    int64_t extent = 1;
    for (const int k : dimensions)
      extent *= equation.free[static_cast<size_t>(k)].extent;
    return extent;
  };
  // Which of the factors is the matrix? That of the most rows.
  const bool swapped = extent_of(contraction->rows) > extent_of(contraction->columns);
  const std::vector<int>& wide = swapped ? contraction->rows : contraction->columns;
  Product product{contraction->equation, 0, swapped ? contraction->columns : contraction->rows};
  product.vectors = extent_of(product.narrow);
  product.terms = equation.reduced[0].extent;
  if (wide.size() != 1 || product.vectors > most_vectors || product.vectors < 1 ||
      product.terms < 4)
    return std::nullopt;
  product.wide = wide[0];
  product.rows = equation.free[static_cast<size_t>(product.wide)].extent;
  return product;
}

struct Gemv {
  Definition definition; // simplified
  Product product;
  int64_t parts = 1; // of one sum
  int64_t rows = 1;  // at once
};

std::optional<Gemv> gemv_of(const Problem& problem) {
  std::optional<Definition> definition = stored(problem);
  if (!definition)
    return std::nullopt;
  *definition = simplify(*definition);
  const auto product = product_of(*definition);
  if (!product)
    return std::nullopt;
  Gemv gemv{std::move(*definition), *product};
  const int64_t lanes = problem.target.lanes(4);
  const int64_t sums = problem.target.vector_registers() / 2 / product->vectors;
  gemv.parts =
      part_count(product->terms, lanes,
                 product->vectors == 1 && product->rows < most_rows ? vectors_of_a_sum : 1);
  const int64_t vectors = std::max<int64_t>(gemv.parts / lanes, 1);
  const int64_t most = std::clamp<int64_t>(sums / vectors, 1, std::min(product->rows, most_rows));
  while (gemv.rows * 2 <= most)
    gemv.rows *= 2;
  return gemv;
}

bool is_parallel(const Product& product, const Target& target) {
  return target.threads > 1 && 4 * product.rows * product.terms >= least_parallel_bytes;
}

class Scheduler {
 public:
  Scheduler(const Gemv& gemv, const Definition& stages, const Target& target)
      : gemv_(gemv), stages_(stages), target_(target),
        root_(stages.equations[static_cast<size_t>(stages.results[0])]) {}

  std::string text() {
    root();
    for (const Equation& equation : stages_.equations)
      if (equation.free.size() == root_.free.size() + 1 &&
          (equation.reduction || is_fold(equation)))
        partial(equation);
    return text_.str();
  }

 private:
  const std::string& wide(const Equation& equation) const {
    return equation.free[static_cast<size_t>(gemv_.product.wide)].name;
  }
  std::string narrow(const Equation& equation) const {
    std::string names;
    for (const int k : gemv_.product.narrow)
      names += ", " + equation.free[static_cast<size_t>(k)].name;
    return names;
  }

  // The halves; not what is read once by the first of them.
  bool is_fold(const Equation& equation) const { return equation.free.back().extent < gemv_.parts; }

  void root() {
    const std::string& i = wide(root_);
    const std::string others = narrow(root_);
    const bool innermost = gemv_.product.wide + 1 == static_cast<int>(root_.free.size());
    text_ << root_.name << ":";
    std::string rest = i, tasks;
    if (is_parallel(gemv_.product, target_)) {
      const int64_t shares = 4 * target_.threads;
      const int64_t chunk =
          ceiling_quotient(ceiling_quotient(gemv_.product.rows, gemv_.rows), shares) * gemv_.rows;
      if (chunk < gemv_.product.rows) {
        rest = i + "_r";
        tasks = i + "_p";
        text_ << " split(" << i << ", " << tasks << ", " << rest << ", " << chunk << ")";
      }
    }
    text_ << " split(" << rest << ", " << i << "_t, " << i << "_u, " << gemv_.rows << ")"
          << " reorder(" << i << "_u" << others << ", " << i << "_t"
          << (tasks.empty() ? "" : ", " + tasks) << ")";
    text_ << (innermost && gemv_.rows >= 4 ? " vectorize(" : " unroll(") << i << "_u)";
    if (!others.empty())
      text_ << " unroll(" << others.substr(2) << ")";
    if (!tasks.empty())
      text_ << " parallel(" << tasks << ")";
    text_ << "\n";
  }

  // Sums in parts and the halves they are folded to: of the rows at once.
  void partial(const Equation& equation) {
    const std::string lane = equation.free.back().name;
    const int64_t lanes = std::min<int64_t>(target_.lanes(4), equation.free.back().extent);
    const std::string all = wide(equation) + narrow(equation);
    const std::string widened = " vectorize(" + lane + ", " + std::to_string(lanes) + ") unroll(" +
                                (equation.free.back().extent > lanes ? lane + ", " : "") + all +
                                ")";
    text_ << equation.name << ": compute_at(" << root_.name << ", " << wide(root_) << "_t)"
          << " reorder(" << lane << ", " << all << ")" << widened << "\n";
    if (equation.reduction)
      text_ << equation.name << ".1: reorder(" << lane << ", " << all << ", "
            << equation.reduced[0].name << ")" << widened << "\n";
  }

  const Gemv& gemv_;
  const Definition& stages_;
  const Target& target_;
  const Equation& root_;
  std::ostringstream text_;
};

Definition stages_of(const Gemv& gemv) {
  Definition definition = gemv.definition;
  interleave(definition, gemv.product.equation, 0, gemv.parts);
  return split_stages(definition);
}

} // namespace

bool is_gemv(const Problem& problem) {
  return gemv_of(problem).has_value();
}

Definition gemv_stages(const Problem& problem) {
  return stages_of(*gemv_of(problem));
}

catalogue::Schedule gemv_schedule(const Problem& problem) {
  const Gemv gemv = *gemv_of(problem);
  const Definition stages = stages_of(gemv);
  return catalogue::Schedule::parse(Scheduler(gemv, stages, problem.target).text());
}

Work gemv_work(const Problem& problem, const catalogue::Machine& machine) {
  const Gemv gemv = *gemv_of(problem);
  const Product& product = gemv.product;
  const double lanes = problem.target.lanes(4);
  const double rows = static_cast<double>(product.rows),
               vectors = static_cast<double>(product.vectors);
  const double terms =
      static_cast<double>(ceiling_quotient(product.terms, gemv.parts) * gemv.parts);
  // Two loads a cycle: of the matrix once, of the vectors once for the rows at once.
  const double loads = 1 + vectors / static_cast<double>(gemv.rows);
  const double rounds = rows * terms / lanes * std::max(loads, vectors) / 2;
  // Vectors that the first cache does not hold are read again for each few rows.
  const double vector_bytes = 4 * vectors * static_cast<double>(product.terms);
  const double again =
      2 * vector_bytes > static_cast<double>(problem.target.l1_bytes)
          ? rows / static_cast<double>(gemv.rows) * vector_bytes / machine.cached_bytes_per_second
          : 0;
  const double cycles = rounds + rows * vectors * cycles_of_folding;
  return {.seconds = cycles * machine.cycle(problem.target) + again,
          .shared = is_parallel(product, problem.target) ? 1.0 : 0.0,
          .bandwidth = gemv.rows > 1 ? bandwidth_of_rows : 1};
}

} // namespace fovea::kernels
