#include "tests/kernels/kernel_test.hpp"

#include <fovea/equation/text.hpp>

namespace fovea::kernel_test {

Expr constant(double value, DType type) {
  Node node;
  node.kind = Node::Kind::constant;
  node.type = type;
  node.constant = value;
  node.integer = is_float(type) ? 0 : static_cast<int64_t>(value);
  return std::make_shared<const Node>(node);
}

Expr op(ScalarOp op, std::vector<Expr> args) {
  Node node;
  node.kind = Node::Kind::op;
  node.op = op;
  const bool boolean = op >= ScalarOp::less && op <= ScalarOp::logical_not;
  node.type = boolean ? DType::boolean : args.back()->type;
  node.args = std::move(args);
  return std::make_shared<const Node>(std::move(node));
}

Expr index_value(IndexExpr index) {
  Node node;
  node.kind = Node::Kind::index;
  node.type = DType::i64;
  node.index = std::move(index);
  return std::make_shared<const Node>(std::move(node));
}

Expr cast(Expr value, DType type) {
  Node node;
  node.kind = Node::Kind::cast;
  node.type = type;
  node.args = {std::move(value)};
  return std::make_shared<const Node>(std::move(node));
}

int Builder::operand(const std::string& name, DType type, Shape shape) {
  definition_.operands.push_back({name, {type, shape}});
  return static_cast<int>(definition_.operands.size()) - 1;
}

Expr Builder::read(int tensor, const std::vector<At>& at) const {
  Node node;
  node.kind = Node::Kind::read;
  node.tensor = tensor;
  node.type = definition_.type_of(tensor).dtype;
  for (const At& subscript : at) {
    node.subscripts.push_back(subscript);
    if (subscript.fill && subscript.fill->type != node.type)
      node.subscripts.back().fill = constant(subscript.fill->constant, node.type);
  }
  return std::make_shared<const Node>(std::move(node));
}

int Builder::equation(const std::string& name, std::vector<IndexRange> free, Expr body) {
  Equation equation;
  equation.name = name;
  equation.type = equation.accumulator = body->type;
  equation.free = std::move(free);
  equation.body = std::move(body);
  definition_.equations.push_back(std::move(equation));
  return definition_.tensor_of_equation(static_cast<int>(definition_.equations.size()) - 1);
}

int Builder::reduction(const std::string& name, std::vector<IndexRange> free, ReduceKind kind,
                       std::vector<IndexRange> reduced, Expr body) {
  const int tensor = equation(name, std::move(free), std::move(body));
  Equation& equation = definition_.equations.back();
  equation.reduction = kind;
  equation.reduced = std::move(reduced);
  equation.accumulator = accumulator_of(equation.type);
  const bool sums = kind == ReduceKind::sum || kind == ReduceKind::product;
  if (sums && !is_float(equation.type))
    equation.type = equation.accumulator;
  return tensor;
}

Definition Builder::results(const std::vector<int>& tensors) {
  for (const int tensor : tensors)
    definition_.results.push_back(tensor - static_cast<int>(definition_.operands.size()));
  return definition_;
}

Definition bound(const std::string& text) {
  return Equations(text).bind();
}

} // namespace fovea::kernel_test
