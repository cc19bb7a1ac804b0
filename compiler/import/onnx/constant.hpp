#pragma once
#include <fovea/graph/network.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace fovea::import {

// A tensor that is known while a model is read: an initializer, or what follows from such. Its
// shape may have extents of 0 (an empty list of axes), which no tensor of a network has.
struct Constant {
  std::string name; // of the value in the model
  TensorType type;
  WeightData data; // row-major; shared with the model

  int64_t elements() const { return type.shape.elements(); }
};

// What models that run want of weights, which they copy where it is not so.
inline constexpr size_t weight_alignment = 64;

// Contents that are copied, to memory that is aligned.
Constant make_constant(std::string name, const TensorType& type, const void* data);
Constant make_integers(std::string name, const Shape& shape, const std::vector<int64_t>& values);

// One number, of any element type.
Constant scalar(DType dtype, double value);

// A constant whose elements are all `element`, which has one. Throws Error above 2^24 elements.
Constant filled(const Shape& shape, const Constant& element);

// Element `k`, row-major, of any element type; integers exactly below 2^53.
double number_at(const Constant& constant, int64_t k);
// Of integers and booleans.
int64_t integer_at(const Constant& constant, int64_t k);
// All elements of integers and booleans, row-major.
std::vector<int64_t> integers_of(const Constant& constant);

// What `op` gives for operands that are all known: its definition, evaluated by the interpreter.
// The op must have accepted the operands' types.
std::vector<Constant> evaluate(const AnyOp& op, const std::vector<Constant>& operands,
                               const std::string& name);

} // namespace fovea::import
