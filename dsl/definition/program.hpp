#pragma once
#include "dsl/definition/saturating.hpp"

#include <fovea/definition/interpreter.hpp>

// An equation's expression, flattened for the interpreter.
namespace fovea::interpreting {

// constant + coefficients * indices, and now and then a floor or a remainder.
struct FlatIndex {
  int64_t constant = 0;
  std::vector<std::pair<int, int64_t>> linear; // index, coefficient
  IndexExpr others;

  int64_t at(const std::vector<int64_t>& indices) const {
    int64_t value = constant;
    for (const auto& [index, coefficient] : linear)
      value = saturating::add(
          value, saturating::multiply(coefficient, indices[static_cast<size_t>(index)]));
    return others.terms.empty() ? value : saturating::add(value, evaluate(others, indices));
  }
};

struct FlatSubscript {
  FlatIndex index;
  Boundary boundary = Boundary::none;
  int fill = -1;     // an instruction
  int computed = -1; // an instruction whose value is the index
  int64_t extent = 0, stride = 0;
};

struct Instruction {
  Node::Kind kind = Node::Kind::constant;
  ScalarOp op = ScalarOp::add;
  DType type = DType::f32;          // of the result
  DType argument_type = DType::f32; // that arguments are converted to
  int argument_count = 0;
  int arguments[3] = {-1, -1, -1}; // instructions
  bool shared = false;             // used by several others: its value is remembered
  Value constant;
  FlatIndex index;
  int tensor = 0;
  std::vector<FlatSubscript> subscripts;
};

struct Program {
  std::vector<Instruction> instructions;
  int root = -1;
};

// Checks what an equation from a file may get wrong: numbers of tensors and of indices, ranks,
// counts of arguments. `equation` is its number in the definition.
Program flatten(const Definition& definition, size_t equation);

} // namespace fovea::interpreting
