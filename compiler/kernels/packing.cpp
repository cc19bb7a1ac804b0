#include "compiler/kernels/packing.hpp"

#include "compiler/kernels/indices.hpp"
#include "compiler/kernels/nodes.hpp"
#include "compiler/kernels/rewrite.hpp"

namespace fovea::kernels {

Packing pack(const Definition& definition, const Equation& contraction, const Node& factor,
             const std::vector<int>& order) {
  const size_t free = contraction.free.size(), count = free + contraction.reduced.size();
  Packing packing;
  Equation& packed = packing.equation;
  packed.name = contraction.name + "_weights";
  packed.type = packed.accumulator = factor.type;
  std::vector<IndexExpr> indices(count);
  for (const int index : order) {
    const size_t k = static_cast<size_t>(index);
    indices[k] = IndexExpr::of(static_cast<int>(packed.free.size()));
    packed.free.push_back(k < free ? contraction.free[k] : contraction.reduced[k - free]);
    packing.reads.push_back({IndexExpr::of(index), Boundary::none, nullptr});
  }
  Node read = factor;
  for (size_t d = 0; d < read.subscripts.size(); ++d) {
    Subscript& subscript = read.subscripts[d];
    subscript.index = substitute(subscript.index, indices);
    const Interval range = range_of(subscript.index, intervals_of(packed));
    const bool surplus = range.high >= definition.type_of(factor.tensor).shape[static_cast<int>(d)];
    Node zero;
    zero.type = factor.type;
    subscript.boundary = surplus ? Boundary::fill : Boundary::none;
    subscript.fill = surplus ? node_of(zero) : nullptr;
  }
  packed.body = node_of(std::move(read));
  return packing;
}

void use_packing(Definition& definition, int& contraction, int operand, Packing packing,
                 bool prepared) {
  int packed = operand;
  if (prepared) {
    definition.operands[static_cast<size_t>(operand)].type = {packing.equation.type,
                                                              packing.equation.shape()};
  } else {
    packed = definition.tensor_of_equation(contraction);
    insert_equation(definition, contraction++, std::move(packing.equation));
  }
  Equation& sum = definition.equations[static_cast<size_t>(contraction)];
  sum.body = rebuild(sum.body, [&](Node node) -> Expr {
    return node.kind == Node::Kind::read && node.tensor == operand
               ? make_read(packed, node.type, packing.reads)
               : node_of(std::move(node));
  });
}

Definition preparation_of(const Definition& definition, int operand, Packing packing) {
  packing.equation.body = rebuild(packing.equation.body, [&](Node node) {
    node.tensor = 0;
    return node_of(std::move(node));
  });
  Definition result;
  result.name = definition.name + "_weights";
  result.operands = {definition.operands[static_cast<size_t>(operand)]};
  result.equations = {std::move(packing.equation)};
  result.results = {0};
  return result;
}

} // namespace fovea::kernels
