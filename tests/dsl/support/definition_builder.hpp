#pragma once
#include <fovea/definition/interpreter.hpp>

// Definitions written out by hand, node by node, for tests of what works on Definitions.
namespace fovea::testing {

inline Expr make(Node node) {
  return std::make_shared<const Node>(std::move(node));
}

inline Expr number(double value, DType type = DType::f32) {
  Node node;
  node.type = type;
  node.constant = value;
  node.integer = is_float(type) ? 0 : static_cast<int64_t>(value);
  return make(node);
}

inline Expr index_value(IndexExpr index) {
  Node node;
  node.kind = Node::Kind::index;
  node.type = DType::i64;
  node.index = std::move(index);
  return make(node);
}

inline Expr cast(DType type, Expr value) {
  Node node;
  node.kind = Node::Kind::cast;
  node.type = type;
  node.args = {std::move(value)};
  return make(node);
}

inline Expr apply(ScalarOp op, std::vector<Expr> args) {
  Node node;
  node.kind = Node::Kind::op;
  node.op = op;
  const bool truth = op >= ScalarOp::less && op <= ScalarOp::logical_not;
  node.type = truth ? DType::boolean : args.back()->type;
  node.args = std::move(args);
  return make(node);
}

inline Expr operator+(Expr a, Expr b) {
  return apply(ScalarOp::add, {a, b});
}
inline Expr operator-(Expr a, Expr b) {
  return apply(ScalarOp::sub, {a, b});
}
inline Expr operator*(Expr a, Expr b) {
  return apply(ScalarOp::mul, {a, b});
}
inline Expr operator/(Expr a, Expr b) {
  return apply(ScalarOp::div, {a, b});
}

inline IndexExpr ix(int index) {
  return IndexExpr::of(index);
}
inline IndexExpr whole(int64_t value) {
  return {value, {}};
}

inline Subscript at(IndexExpr index, Boundary boundary = Boundary::none, Expr fill = nullptr) {
  return {std::move(index), boundary, std::move(fill)};
}
inline Subscript zero(IndexExpr index) {
  return at(std::move(index), Boundary::fill, number(0));
}

inline Expr read(int tensor, std::vector<Subscript> subscripts, DType type = DType::f32) {
  Node node;
  node.kind = Node::Kind::read;
  node.type = type;
  node.tensor = tensor;
  node.subscripts = std::move(subscripts);
  return make(node);
}

inline Equation equation(std::string name, std::vector<IndexRange> free, Expr body) {
  Equation result;
  result.name = std::move(name);
  result.type = body->type;
  result.free = std::move(free);
  result.body = std::move(body);
  return result;
}

inline Equation reduction(std::string name, std::vector<IndexRange> free, ReduceKind kind,
                          std::vector<IndexRange> reduced, Expr body) {
  Equation result = equation(std::move(name), std::move(free), std::move(body));
  result.reduction = kind;
  result.reduced = std::move(reduced);
  const bool accumulates = kind == ReduceKind::sum || kind == ReduceKind::product;
  result.accumulator = accumulates ? accumulator_of(result.type) : result.type;
  return result;
}

// The last equation is the result.
inline Definition define(std::string name, std::vector<Operand> operands,
                         std::vector<Equation> equations) {
  const int last = static_cast<int>(equations.size()) - 1;
  return {std::move(name), std::move(operands), std::move(equations), {last}};
}

// y(i) = sum(m) x(i*stride + m*dilation + offset) k(m)
inline Definition correlation(int64_t length, int64_t taps, int64_t outputs, int64_t stride = 1,
                              int64_t dilation = 1, int64_t offset = 0,
                              Boundary boundary = Boundary::none, DType type = DType::f32) {
  const IndexExpr place = ix(0) * stride + ix(1) * dilation + whole(offset);
  const Expr fill = boundary == Boundary::fill ? number(0, type) : nullptr;
  return define(
      "correlation", {{"x", {type, {length}}}, {"k", {type, {taps}}}},
      {reduction("y", {{"i", outputs}}, ReduceKind::sum, {{"m", taps}},
                 read(0, {at(place, boundary, fill)}, type) * read(1, {at(ix(1))}, type))});
}

// m = max x; e = exp(x - m); s = sum e; y = e / s
inline Definition softmax(int64_t length) {
  const Expr x = read(0, {at(ix(0))});
  return define("softmax", {{"x", {DType::f32, {length}}}},
                {reduction("m", {}, ReduceKind::max, {{"i", length}}, x),
                 equation("e", {{"i", length}}, apply(ScalarOp::exp, {x - read(1, {})})),
                 reduction("s", {}, ReduceKind::sum, {{"i", length}}, read(2, {at(ix(0))})),
                 equation("y", {{"i", length}}, read(2, {at(ix(0))}) / read(3, {}))});
}

// Operands as float64 (integers rounded), whatever the operand's type.
inline OperandReader values_of(const Definition& definition,
                               std::vector<std::vector<double>> operands) {
  return [types = definition.operands, operands = std::move(operands)](int operand,
                                                                       int64_t offset) -> Value {
    const double value = operands.at(static_cast<size_t>(operand)).at(static_cast<size_t>(offset));
    if (is_float(types[static_cast<size_t>(operand)].type.dtype))
      return {value, 0, 0};
    return {0, 0, static_cast<int64_t>(value)};
  };
}

inline std::vector<Value> interpret(const Definition& definition,
                                    std::vector<std::vector<double>> operands, int result = 0) {
  return Interpreter(definition, values_of(definition, std::move(operands))).all(result);
}

inline std::vector<double> reals(const std::vector<Value>& values) {
  std::vector<double> reals;
  for (const Value& value : values)
    reals.push_back(value.real);
  return reals;
}

inline std::vector<int64_t> integers(const std::vector<Value>& values) {
  std::vector<int64_t> integers;
  for (const Value& value : values)
    integers.push_back(value.integer);
  return integers;
}

// A scalar operation on values with errors.
inline Value unary(ScalarOp op, Value a, DType type = DType::f32) {
  const Definition definition =
      define("unary", {{"a", {type, {}}}}, {equation("y", {}, apply(op, {read(0, {}, type)}))});
  return Interpreter(definition, [&](int, int64_t) { return a; }).element(0, {});
}

inline Value binary(ScalarOp op, Value a, Value b, DType type = DType::f32) {
  const Definition definition =
      define("binary", {{"a", {type, {}}}, {"b", {type, {}}}},
             {equation("y", {}, apply(op, {read(0, {}, type), read(1, {}, type)}))});
  return Interpreter(definition, [&](int operand, int64_t) { return operand ? b : a; })
      .element(0, {});
}

} // namespace fovea::testing
