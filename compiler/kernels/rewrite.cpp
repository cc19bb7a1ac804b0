#include "compiler/kernels/rewrite.hpp"

#include "compiler/kernels/nodes.hpp"
#include "compiler/kernels/reads.hpp"

#include <fovea/catalogue/integers.hpp>

#include <algorithm>

namespace fovea::kernels {
namespace {

using catalogue::Layout;

// Reads that the surplus of a last block takes outside stay at the last true element.
void clamp_reads(const Definition& definition, Equation& equation) {
  const std::vector<Interval> intervals = intervals_of(equation);
  equation.body = rebuild(equation.body, [&](Node node) -> Expr {
    if (node.kind == Node::Kind::read)
      for (size_t d = 0; d < node.subscripts.size(); ++d) {
        Subscript& subscript = node.subscripts[d];
        const Interval range = range_of(subscript, intervals);
        const int64_t extent = definition.type_of(node.tensor).shape[static_cast<int>(d)];
        if (subscript.boundary == Boundary::none && range.high >= extent)
          subscript.boundary = Boundary::clamp;
      }
    return node_of(std::move(node));
  });
}

std::vector<IndexExpr> identity_indices(size_t count) {
  std::vector<IndexExpr> indices;
  for (size_t k = 0; k < count; ++k)
    indices.push_back(IndexExpr::of(static_cast<int>(k)));
  return indices;
}

// Another order or other shape of equation `e`'s dimensions: `indices` gives the old indices in
// terms of the new ones, `follow` changes each read's subscripts.
template <class Follow>
void reshape_equation(Definition& definition, int e, std::vector<IndexRange> free,
                      const std::vector<IndexExpr>& indices, Follow&& follow) {
  Equation& equation = definition.equations[static_cast<size_t>(e)];
  equation.body = substitute(equation.body, indices);
  equation.free = std::move(free);
  clamp_reads(definition, equation);
  rewrite_reads(definition, definition.tensor_of_equation(e), [&](Node node) {
    follow(node.subscripts);
    return node_of(std::move(node));
  });
}

// subscripts[axis] = quotient; the remainder goes to the end.
void block_subscript(std::vector<Subscript>& subscripts, int axis, int64_t block) {
  Subscript& outer = subscripts[static_cast<size_t>(axis)];
  Subscript inner = outer;
  inner.index = mod(outer.index, block);
  inner.boundary = Boundary::none;
  inner.fill = nullptr;
  outer.index = floor_div(outer.index, block);
  subscripts.push_back(std::move(inner));
}

// The subscript at `axis` becomes two neighbours: quotient and remainder.
void split_subscript(std::vector<Subscript>& subscripts, int axis, int64_t inner) {
  Subscript& outer = subscripts[static_cast<size_t>(axis)];
  Subscript rest = outer;
  rest.index = mod(outer.index, inner);
  outer.index = floor_div(outer.index, inner);
  subscripts.insert(subscripts.begin() + axis + 1, std::move(rest));
}

// An equation that is `tensor`, element by element, in front of all others; all reads go to it.
void copy_operand(Definition& definition, int operand) {
  Equation copy;
  copy.name = definition.operands[static_cast<size_t>(operand)].name + "_plain";
  const TensorType type = definition.operands[static_cast<size_t>(operand)].type;
  for (int d = 0; d < type.shape.rank(); ++d)
    copy.free.push_back({"p" + std::to_string(d), type.shape[d]});
  copy.type = copy.accumulator = type.dtype;
  copy.body = make_read(operand, type.dtype, own_subscripts(copy));
  insert_equation(definition, 0, std::move(copy));
  const int tensor = definition.tensor_of_equation(0);
  for (size_t e = 1; e < definition.equations.size(); ++e)
    definition.equations[e].body = rebuild(definition.equations[e].body, [&](Node node) {
      if (node.kind == Node::Kind::read && node.tensor == operand)
        node.tensor = tensor;
      return node_of(std::move(node));
    });
}

} // namespace

std::vector<Subscript> own_subscripts(const Equation& equation) {
  std::vector<Subscript> own;
  for (size_t k = 0; k < equation.free.size(); ++k)
    own.push_back({IndexExpr::of(static_cast<int>(k)), Boundary::none, nullptr});
  return own;
}

void insert_equation(Definition& definition, int at, Equation equation) {
  const int first = definition.tensor_of_equation(at);
  for (Equation& other : definition.equations)
    other.body = rebuild(other.body, [&](Node node) {
      node.tensor += node.kind == Node::Kind::read && node.tensor >= first;
      return node_of(std::move(node));
    });
  definition.equations.insert(definition.equations.begin() + at, std::move(equation));
  for (int& result : definition.results)
    result += result >= at;
}

void store_operand(Definition& definition, int operand, const Layout& layout) {
  if (layout.is_row_major())
    return;
  if (has_boundary(definition, operand, layout.axis))
    copy_operand(definition, operand); // the rule needs to know the dimension as a whole
  Operand& own = definition.operands[static_cast<size_t>(operand)];
  own.type = stored_type(own.type, layout);
  rewrite_reads(definition, operand, [&](Node node) {
    block_subscript(node.subscripts, layout.axis, layout.block);
    return node_of(std::move(node));
  });
}

void split_operand(Definition& definition, int operand, int axis, int64_t inner) {
  Shape& shape = definition.operands[static_cast<size_t>(operand)].type.shape;
  shape = shape.slice(0, axis) + Shape{shape[axis] / inner, inner} +
          shape.slice(axis + 1, shape.rank());
  rewrite_reads(definition, operand, [&](Node node) {
    split_subscript(node.subscripts, axis, inner);
    return node_of(std::move(node));
  });
}

void join_operand(Definition& definition, int operand, int axis, int64_t inner) {
  if (has_boundary(definition, operand, axis) || has_boundary(definition, operand, axis + 1))
    copy_operand(definition, operand); // the rule needs to know either dimension
  Shape& shape = definition.operands[static_cast<size_t>(operand)].type.shape;
  shape = shape.slice(0, axis) + Shape{shape[axis] * inner} + shape.slice(axis + 2, shape.rank());
  rewrite_reads(definition, operand, [&](Node node) {
    const auto second = node.subscripts.begin() + axis + 1;
    IndexExpr& index = node.subscripts[static_cast<size_t>(axis)].index;
    index = index * inner + second->index;
    node.subscripts.erase(second);
    return node_of(std::move(node));
  });
}

void block_equation(Definition& definition, int e, int axis, int64_t block) {
  const Equation& equation = definition.equations[static_cast<size_t>(e)];
  const size_t rank = equation.free.size();
  std::vector<IndexRange> free = equation.free;
  const size_t at = static_cast<size_t>(axis);
  free.push_back({free[at].name + "_i", block});
  free[at] = {free[at].name + "_o", catalogue::ceiling_quotient(free[at].extent, block)};
  std::vector<IndexExpr> indices = identity_indices(rank);
  indices[at] = indices[at] * block + IndexExpr::of(static_cast<int>(rank));
  for (size_t r = 0; r < equation.reduced.size(); ++r)
    indices.push_back(IndexExpr::of(static_cast<int>(rank + 1 + r)));
  reshape_equation(definition, e, std::move(free), indices,
                   [&](auto& subscripts) { block_subscript(subscripts, axis, block); });
}

void split_equation(Definition& definition, int e, int axis, int64_t inner) {
  const Equation& equation = definition.equations[static_cast<size_t>(e)];
  std::vector<IndexRange> free = equation.free;
  const auto at = free.begin() + axis;
  const IndexRange whole = *at;
  *at = {whole.name + "_i", inner};
  free.insert(at, {whole.name + "_o", whole.extent / inner});
  std::vector<IndexExpr> indices;
  for (int k = 0; k < index_count(equation); ++k)
    indices.push_back(k == axis ? IndexExpr::of(k) * inner + IndexExpr::of(k + 1)
                                : IndexExpr::of(k + (k > axis)));
  reshape_equation(definition, e, std::move(free), indices,
                   [&](auto& subscripts) { split_subscript(subscripts, axis, inner); });
}

void split_reduced(Equation& equation, int r, int64_t inner) {
  std::vector<IndexExpr> indices = identity_indices(static_cast<size_t>(index_count(equation)));
  IndexRange& whole = equation.reduced[static_cast<size_t>(r)];
  IndexExpr& index = indices[equation.free.size() + static_cast<size_t>(r)];
  index = index * inner + IndexExpr::of(static_cast<int>(indices.size()));
  const std::string name = whole.name;
  whole = {name + "_o", whole.extent / inner};
  equation.reduced.push_back({name + "_i", inner});
  equation.body = substitute(equation.body, indices);
}

void store_result(Definition& definition, int result, const Layout& layout) {
  if (layout.is_row_major())
    return;
  const int e = definition.results[static_cast<size_t>(result)];
  const IndexRange whole =
      definition.equations[static_cast<size_t>(e)].free[static_cast<size_t>(layout.axis)];
  const bool read_by_others = [&] {
    bool found = std::count(definition.results.begin(), definition.results.end(), e) > 1;
    for (const Equation& equation : definition.equations)
      for_each_node(equation.body, [&](const Node& node) {
        found |= node.kind == Node::Kind::read && node.tensor == definition.tensor_of_equation(e);
      });
    return found;
  }();
  const bool is_full = whole.extent % layout.block == 0;
  if (!read_by_others && is_full)
    return block_equation(definition, e, layout.axis, layout.block);
  // A copy takes its place, which others do not read: there the surplus can be 0.
  Equation copy = definition.equations[static_cast<size_t>(e)];
  const DType type = copy.type;
  copy.name += "_stored";
  copy.reduction.reset();
  copy.reduced.clear();
  copy.accumulator = type;
  copy.body = make_read(definition.tensor_of_equation(e), type, own_subscripts(copy));
  definition.equations.push_back(std::move(copy));
  const int stored = static_cast<int>(definition.equations.size()) - 1;
  definition.results[static_cast<size_t>(result)] = stored;
  if (!read_by_others)
    block_equation(definition, e, layout.axis, layout.block);
  block_equation(definition, stored, layout.axis, layout.block);
  fill_surplus(definition.equations.back(), layout.axis, whole.extent);
}

void fill_surplus(Equation& equation, int axis, int64_t extent) {
  const int inner = static_cast<int>(equation.free.size()) - 1;
  const int64_t block = equation.free.back().extent;
  if (equation.reduction || extent % block == 0)
    return;
  Node place, limit, zero, inside, choice;
  place.kind = Node::Kind::index;
  place.type = limit.type = DType::i64;
  place.index = IndexExpr::of(axis) * block + IndexExpr::of(inner);
  limit.integer = extent;
  zero.type = choice.type = equation.type;
  inside.kind = choice.kind = Node::Kind::op;
  inside.type = DType::boolean;
  inside.op = ScalarOp::less;
  inside.args = {node_of(place), node_of(limit)};
  choice.op = ScalarOp::select;
  choice.args = {node_of(inside), equation.body, node_of(zero)};
  equation.body = node_of(choice);
}

void finish_blocked_result(Definition& definition, const catalogue::Problem& problem, int axis,
                           int64_t block) {
  const Definition& plain = problem.definition;
  const Equation& own = plain.equations[static_cast<size_t>(plain.results[0])];
  const int64_t extent = own.free[static_cast<size_t>(axis)].extent;
  const int last = definition.results[0];
  const Equation& blocks = definition.equations[static_cast<size_t>(last)];
  const bool in_rows = problem.forms.result(0).is_row_major();
  if (!in_rows && (!blocks.reduction || extent % block == 0))
    return fill_surplus(definition.equations[static_cast<size_t>(last)], axis, extent);
  Equation copy;
  copy.name = blocks.name + (in_rows ? "_rows" : "_stored");
  copy.type = copy.accumulator = own.type;
  copy.free = in_rows ? own.free : blocks.free;
  std::vector<Subscript> subscripts = own_subscripts(copy);
  if (in_rows)
    block_subscript(subscripts, axis, block);
  copy.body = make_read(definition.tensor_of_equation(last), own.type, std::move(subscripts));
  if (!in_rows)
    fill_surplus(copy, axis, extent);
  definition.equations.push_back(std::move(copy));
  definition.results[0] = static_cast<int>(definition.equations.size()) - 1;
}

Definition in_stored_forms(const catalogue::Problem& problem) {
  Definition definition = problem.definition;
  for (int k = 0; k < static_cast<int>(definition.operands.size()); ++k)
    store_operand(definition, k, problem.forms.operand(k));
  for (int k = 0; k < static_cast<int>(definition.results.size()); ++k)
    store_result(definition, k, problem.forms.result(k));
  return definition;
}

} // namespace fovea::kernels
