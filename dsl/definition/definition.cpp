#include <fovea/definition/definition.hpp>

#include "dsl/definition/saturating.hpp"

#include <algorithm>
#include <array>

namespace fovea {

std::string_view name_of(ScalarOp op) {
  static constexpr std::array<std::string_view, 37> names = {
      "add",         "sub",   "mul",        "div",   "max",       "min",         "pow",
      "fmod",        "neg",   "abs",        "exp",   "log",       "sqrt",        "tanh",
      "erf",         "sin",   "cos",        "tan",   "asin",      "acos",        "atan",
      "sinh",        "cosh",  "asinh",      "acosh", "atanh",     "floor",       "ceil",
      "round",       "less",  "less_equal", "equal", "not_equal", "logical_and", "logical_or",
      "logical_not", "select"};
  return names[static_cast<size_t>(op)];
}

std::string_view name_of(ReduceKind kind) {
  static constexpr std::string_view names[] = {"sum", "product", "max", "min"};
  return names[static_cast<size_t>(kind)];
}

std::string_view name_of(Fold fold) {
  static constexpr std::string_view names[] = {"sum",    "product", "max", "min", "mean",
                                               "argmax", "argmin",  "any", "all"};
  return names[static_cast<size_t>(fold)];
}

std::string_view name_of(Boundary boundary) {
  static constexpr std::string_view names[] = {"none", "fill", "clamp", "reflect", "wrap"};
  return names[static_cast<size_t>(boundary)];
}

DType argument_type(const Node& node) {
  switch (node.op) {
  case ScalarOp::less:
  case ScalarOp::less_equal:
  case ScalarOp::equal:
  case ScalarOp::not_equal: {
    const DType a = node.args[0]->type, b = node.args[1]->type;
    return a == b || is_float(a) ? a : is_float(b) ? b : DType::i64;
  }
  case ScalarOp::logical_and:
  case ScalarOp::logical_or:
  case ScalarOp::logical_not:
    return DType::boolean;
  default:
    return node.type;
  }
}

int operand_count(ScalarOp op) {
  if (op == ScalarOp::select)
    return 3;
  return (op >= ScalarOp::neg && op <= ScalarOp::round) || op == ScalarOp::logical_not ? 1 : 2;
}

Shape Equation::shape() const {
  Shape shape;
  for (const IndexRange& range : free)
    shape.push_back(range.extent);
  return shape;
}

TensorType Definition::type_of(int tensor) const {
  const size_t number = static_cast<size_t>(tensor);
  if (number < operands.size())
    return operands[number].type;
  const Equation& equation = equations[number - operands.size()];
  return {equation.type, equation.shape()};
}

namespace {

// Each subscript is one of the result's indices, in order, or the 0 of a broadcast dimension.
bool reads_own_element(const Node& read, const Shape& shape, int free) {
  int previous = -1;
  for (size_t d = 0; d < read.subscripts.size(); ++d) {
    const Subscript& subscript = read.subscripts[d];
    if (subscript.boundary != Boundary::none)
      return false;
    const IndexExpr& index = subscript.index;
    if (index.is_constant()) {
      if (index.constant != 0 || shape[static_cast<int>(d)] != 1)
        return false;
      continue;
    }
    const int number = index.terms[0].index;
    if (!index.is_index(number) || number <= previous || number >= free)
      return false;
    previous = number;
  }
  return true;
}

bool contains_read(const Expr& expr) {
  bool found = false;
  for_each_node(expr, [&](const Node& node) { found |= node.kind == Node::Kind::read; });
  return found;
}

bool same(const Expr& a, const Expr& b);

bool both_same(const Expr& a, const Expr& b) {
  return a && b ? same(a, b) : !a && !b;
}

bool same_subscripts(const Node& a, const Node& b) {
  return std::equal(a.subscripts.begin(), a.subscripts.end(), b.subscripts.begin(),
                    b.subscripts.end(), [](const Subscript& x, const Subscript& y) {
                      return x.index == y.index && x.boundary == y.boundary &&
                             (x.boundary != Boundary::fill || same(x.fill, y.fill)) &&
                             both_same(x.computed, y.computed);
                    });
}

bool same(const Expr& a, const Expr& b) {
  if (a == b)
    return true;
  return a->kind == b->kind && a->type == b->type && a->constant == b->constant &&
         a->integer == b->integer && a->index == b->index && a->tensor == b->tensor &&
         a->op == b->op && same_subscripts(*a, *b) &&
         std::equal(a->args.begin(), a->args.end(), b->args.begin(), b->args.end(), same);
}

// A square (of a variance, of a norm) multiplies one read with itself: no multiply-accumulate in
// the literature's sense. Neither is arithmetic that computes where to read.
bool multiplies_two_reads(const Expr& body) {
  return (body->kind == Node::Kind::op && body->op == ScalarOp::mul &&
          contains_read(body->args[0]) && contains_read(body->args[1]) &&
          !same(body->args[0], body->args[1])) ||
         std::any_of(body->args.begin(), body->args.end(), multiplies_two_reads);
}

int64_t evaluations(const Equation& equation) {
  int64_t count = 1;
  for (const auto* ranges : {&equation.free, &equation.reduced})
    for (const IndexRange& range : *ranges)
      count = saturating::multiply(count, range.extent);
  return count;
}

} // namespace

bool is_gather(const Node& node) {
  return std::any_of(node.subscripts.begin(), node.subscripts.end(),
                     [](const Subscript& subscript) { return subscript.computed != nullptr; });
}

bool has_gather(const Definition& definition) {
  bool found = false;
  for (const Equation& equation : definition.equations)
    for_each_node(equation.body, [&](const Node& node) { found |= is_gather(node); });
  return found;
}

bool is_pointwise(const Definition& definition) {
  bool pointwise = true;
  for (const Equation& equation : definition.equations) {
    if (equation.reduction)
      return false;
    const int free = static_cast<int>(equation.free.size());
    for_each_node(equation.body, [&](const Node& node) {
      if (node.kind == Node::Kind::read)
        pointwise =
            pointwise && reads_own_element(node, definition.type_of(node.tensor).shape, free);
    });
  }
  return pointwise;
}

int64_t count_macs(const Definition& definition) {
  int64_t count = 0;
  for (const Equation& equation : definition.equations)
    if (equation.reduction == ReduceKind::sum && multiplies_two_reads(equation.body))
      count = saturating::add(count, evaluations(equation));
  return count;
}

} // namespace fovea
