#include "dsl/definition/program.hpp"

#include "dsl/definition/arithmetic.hpp"

#include <fovea/error.hpp>

#include <fmt/format.h>

#include <unordered_map>

namespace fovea::interpreting {
namespace {

class Flattener {
 public:
  Flattener(const Definition& definition, size_t equation)
      : definition_(definition), equation_(definition.equations[equation]), number_(equation),
        index_count_(static_cast<int>(equation_.free.size() + equation_.reduced.size())) {}

  Program run() {
    program_.root = flatten(equation_.body);
    return std::move(program_);
  }

 private:
  [[noreturn]] void fail(std::string what, std::string expected = "", std::string got = "") const {
    throw Error({.what = fmt::format("definition '{}', equation {} ('{}'): {}", definition_.name,
                                     number_, equation_.name, what),
                 .expected = std::move(expected),
                 .got = std::move(got)});
  }

  int flatten(const Expr& expr) {
    if (!expr)
      fail("an expression is missing");
    if (const auto known = numbers_.find(expr.get()); known != numbers_.end()) {
      program_.instructions[static_cast<size_t>(known->second)].shared = true;
      return known->second;
    }
    Instruction instruction;
    instruction.kind = expr->kind;
    instruction.op = expr->op;
    instruction.type = expr->type;
    fill_in(instruction, *expr);
    program_.instructions.push_back(std::move(instruction));
    const int number = static_cast<int>(program_.instructions.size()) - 1;
    numbers_.emplace(expr.get(), number);
    return number;
  }

  void fill_in(Instruction& instruction, const Node& node) {
    switch (node.kind) {
    case Node::Kind::constant:
      instruction.constant = constant(node);
      break;
    case Node::Kind::index:
      instruction.index = flatten(node.index);
      break;
    case Node::Kind::read:
      read(instruction, node);
      break;
    case Node::Kind::op:
      arguments(instruction, node, operand_count(node.op));
      instruction.argument_type = argument_type(node);
      break;
    case Node::Kind::cast:
      arguments(instruction, node, 1);
      instruction.argument_type = node.args[0]->type;
      break;
    case Node::Kind::reduce:
      fail("holds a reduction within its body");
    }
  }

  // A float constant becomes the nearest element of its type; the error of that is counted.
  static Value constant(const Node& node) {
    if (is_float(node.type))
      return arithmetic::rounded(node.type, node.constant, 0, 1);
    return {0, 0, arithmetic::wrapped(node.integer, node.type)};
  }

  void arguments(Instruction& instruction, const Node& node, int count) {
    if (static_cast<int>(node.args.size()) != count)
      fail("an operation has the wrong number of arguments", std::to_string(count),
           std::to_string(node.args.size()));
    instruction.argument_count = count;
    for (int k = 0; k < count; ++k)
      instruction.arguments[k] = flatten(node.args[static_cast<size_t>(k)]);
  }

  FlatIndex flatten(const IndexExpr& expr) const {
    check(expr);
    FlatIndex flat;
    flat.constant = expr.constant;
    for (const IndexTerm& term : expr.terms) {
      if (term.kind == IndexTerm::Kind::index)
        flat.linear.emplace_back(term.index, term.coefficient);
      else
        flat.others.terms.push_back(term);
    }
    return flat;
  }

  void check(const IndexExpr& expr) const {
    for (const IndexTerm& term : expr.terms) {
      if (term.kind != IndexTerm::Kind::index) {
        if (!term.inner || term.divisor <= 0)
          fail("an index is divided by less than 1");
        check(*term.inner);
      } else if (term.index < 0 || term.index >= index_count_) {
        fail("no such index", fmt::format("0 to {}", index_count_ - 1), std::to_string(term.index));
      }
    }
  }

  void read(Instruction& instruction, const Node& node) {
    if (node.tensor < 0 || node.tensor >= definition_.tensor_of_equation(static_cast<int>(number_)))
      fail("reads a tensor that is neither an operand nor an earlier result");
    const TensorType type = definition_.type_of(node.tensor);
    if (static_cast<int>(node.subscripts.size()) != type.shape.rank())
      fail("a read has the wrong number of subscripts", std::to_string(type.shape.rank()),
           std::to_string(node.subscripts.size()));
    if (type.shape.elements() < 0)
      fail("reads a tensor of more than 2^63 elements", "", to_string(type.shape));
    instruction.tensor = node.tensor;
    instruction.argument_type = type.dtype;
    const Shape strides = row_major_strides(type.shape);
    for (int d = 0; d < type.shape.rank(); ++d) {
      const Subscript& subscript = node.subscripts[static_cast<size_t>(d)];
      FlatSubscript flat{.index = flatten(subscript.index),
                         .boundary = subscript.boundary,
                         .extent = type.shape[d],
                         .stride = strides[d]};
      if (subscript.computed) {
        if (!subscript.index.terms.empty() || subscript.index.constant != 0 ||
            subscript.boundary == Boundary::none || !is_integer(subscript.computed->type))
          fail("reads at a computed index",
               "an integer, a boundary rule and no other index beside it");
        flat.computed = flatten(subscript.computed);
      }
      if (subscript.boundary == Boundary::fill)
        flat.fill = flatten(subscript.fill);
      instruction.subscripts.push_back(std::move(flat));
    }
  }

  const Definition& definition_;
  const Equation& equation_;
  size_t number_;
  int index_count_;
  Program program_;
  std::unordered_map<const Node*, int> numbers_;
};

} // namespace

Program flatten(const Definition& definition, size_t equation) {
  return Flattener(definition, equation).run();
}

} // namespace fovea::interpreting
