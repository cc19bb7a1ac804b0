#pragma once
#include <fovea/dsl.hpp>

#include "random_values.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

// The test of an op is a list of shapes: each realisation of its definition is compared with the
// exact interpreter, element by element, within the interpreter's bound of the error.
namespace fovea::testing {

struct CheckOptions {
  DType dtype = DType::f32;
  ValueRange range{};                         // of random floats
  std::map<std::string, ValueRange> ranges{}; // of an operand, by its name in the definition
  bool special_values = true;                 // a second pass with infinities, NaN ...
  std::optional<uint64_t> seed{};             // else from the case's name, or FOVEA_TEST_SEED
};

// Fails the current test where a realisation differs, with the seed that repeats it. `title` names
// the case in messages.
void check_definition(const std::string& title, const Definition& definition,
                      const CheckOptions& options = {});

// `inputs`: shapes of the data operands; parameters follow from the op.
void check_op(const OpPtr& op, const std::vector<Shape>& inputs, const CheckOptions& options = {});

template <IsOp Op>
void check_op(const Op& op, const std::vector<Shape>& inputs, const CheckOptions& options = {}) {
  check_op(make_op(op), inputs, options);
}
template <class Op>
void check_op(const Layer<Op>& layer, const std::vector<Shape>& inputs,
              const CheckOptions& options = {}) {
  check_op(make_op(layer.op), inputs, options);
}
inline void check_op(MapFunction map, const std::vector<Shape>& inputs,
                     const CheckOptions& options = {}) {
  check_op(map(Map{}).table->make(), inputs, options);
}

// The shape that an op gives, or its refusal as text:
//   "the 5x5 kernel does not fit its 3x3 input; expected padded extent >= 5, got 3; use ..."
std::string shape_or_refusal(const OpPtr& op, const Types& inputs);
template <IsOp Op>
std::string shape_or_refusal(const Op& op, const Types& inputs) {
  return shape_or_refusal(make_op(op), inputs);
}
template <class Op>
std::string shape_or_refusal(const Layer<Op>& layer, const Shape& input) {
  return shape_or_refusal(make_op(layer.op), {TensorType{DType::f32, input}});
}
inline std::string shape_or_refusal(MapFunction map, const Shape& input) {
  return shape_or_refusal(map(Map{}).table->make(), {TensorType{DType::f32, input}});
}

} // namespace fovea::testing
