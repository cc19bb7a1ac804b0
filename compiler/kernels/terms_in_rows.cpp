#include "compiler/kernels/terms_in_rows.hpp"

#include "compiler/kernels/contraction.hpp"
#include "compiler/kernels/nodes.hpp"
#include "compiler/kernels/reads.hpp"
#include "compiler/kernels/rewrite.hpp"

#include <algorithm>

namespace fovea::kernels {
namespace {

constexpr int64_t least_weights = 1 << 16; // fewer are in the cache, in whatever order
constexpr int64_t least_columns = 4;       // that share what a window sees
constexpr int64_t least_terms = 16;        // a vector

// Does a read end with the last `count` of the reduced indices, in their order?
bool ends_with_terms(const Equation& sum, const Node& read, size_t count) {
  const size_t rank = read.subscripts.size();
  for (size_t k = 1; k <= count; ++k)
    if (k > rank ||
        plain_index(read.subscripts[rank - k]) != index_count(sum) - static_cast<int>(k))
      return false;
  return true;
}

bool is_wanted(const Definition& definition, const Contraction& contraction) {
  const Equation& sum = definition.equations[static_cast<size_t>(contraction.equation)];
  const Factors factors = factors_of(definition, contraction);
  if (!contraction.rows.empty() || contraction.groups.empty() ||
      contraction.weights >= static_cast<int>(definition.operands.size()) ||
      factors.weights->subscripts.size() != static_cast<size_t>(index_count(sum)) ||
      !ends_with_terms(sum, *factors.weights, sum.reduced.size()) ||
      count_reads(definition, contraction.weights) != 1)
    return false;
  if (sum.reduced.back().extent >= least_terms && ends_with_terms(sum, *factors.image, 1))
    return false; // rows of the image are as good
  int64_t columns = 1;
  for (const int k : contraction.columns)
    columns *= sum.free[static_cast<size_t>(k)].extent;
  const int64_t terms = term_count(sum);
  return columns >= least_columns && terms >= least_terms &&
         sum.shape().elements() * terms >= least_weights;
}

// Its number moves behind what it reads now.
void rewrite(Definition& definition, const Contraction& contraction) {
  const Equation sum = definition.equations[static_cast<size_t>(contraction.equation)];
  const Factors factors = factors_of(definition, contraction);
  const Node image = *factors.image, weights = *factors.weights;
  const int free = static_cast<int>(sum.free.size());

  // The windows' terms, row by row.
  Equation seen;
  seen.name = sum.name + "_terms";
  seen.type = seen.accumulator = image.type;
  std::vector<IndexExpr> indices(static_cast<size_t>(index_count(sum)));
  std::vector<Subscript> of_seen;
  for (const int k : contraction.groups) {
    indices[static_cast<size_t>(k)] = IndexExpr::of(static_cast<int>(seen.free.size()));
    seen.free.push_back(sum.free[static_cast<size_t>(k)]);
    of_seen.push_back({IndexExpr::of(k), Boundary::none, nullptr});
  }
  const IndexExpr term = IndexExpr::of(static_cast<int>(seen.free.size()));
  seen.free.push_back({"t", term_count(sum)});
  of_seen.push_back({IndexExpr::of(free), Boundary::none, nullptr});
  int64_t inner = 1;
  for (size_t r = sum.reduced.size(); r-- > 0;) {
    const int64_t extent = sum.reduced[r].extent;
    const IndexExpr place = floor_div(term, inner);
    indices[static_cast<size_t>(free) + r] = r == 0 ? place : mod(place, extent);
    inner *= extent;
  }
  Node read = image;
  for (Subscript& subscript : read.subscripts) {
    subscript.index = substitute(subscript.index, indices);
    if (subscript.fill)
      subscript.fill = substitute(subscript.fill, indices);
  }
  seen.body = node_of(std::move(read));

  for (int axis = free + static_cast<int>(sum.reduced.size()) - 2; axis >= free; --axis) {
    const Shape shape = definition.operands[static_cast<size_t>(contraction.weights)].type.shape;
    join_operand(definition, contraction.weights, axis, shape[axis + 1]);
  }
  const int tensor = definition.tensor_of_equation(contraction.equation);
  insert_equation(definition, contraction.equation, std::move(seen));
  Equation& result = definition.equations[static_cast<size_t>(contraction.equation) + 1];
  result.reduced = {{"t", term_count(sum)}};
  result.body = rebuild(result.body, [&](Node node) -> Expr {
    if (node.kind == Node::Kind::read && node.tensor == contraction.weights) {
      node.subscripts.assign(weights.subscripts.begin(), weights.subscripts.begin() + free);
      node.subscripts.push_back({IndexExpr::of(free), Boundary::none, nullptr});
    } else if (node.kind == Node::Kind::read) {
      node.tensor = tensor;
      node.subscripts = of_seen;
    }
    return node_of(std::move(node));
  });
}

} // namespace

Definition terms_in_rows(const Definition& definition) {
  Definition result = definition;
  for (int e = 0; e < static_cast<int>(result.equations.size()); ++e) {
    const auto contraction = contraction_of(result, e);
    if (!contraction || !is_wanted(result, *contraction))
      continue;
    rewrite(result, *contraction);
    ++e;
  }
  return result;
}

} // namespace fovea::kernels
