#pragma once
#include "compiler/import/onnx/constant.hpp"

#include <variant>

namespace fovea::import {

// What a name of the model stands for: known already, or computed by the network; or nothing, where
// an optional input is left out.
class Datum {
 public:
  Datum() = default;
  Datum(Constant constant) : held_(std::move(constant)) {} // NOLINT(*-explicit-*)
  Datum(Tensor<> tensor) : held_(std::move(tensor)) {}     // NOLINT(*-explicit-*)

  bool absent() const { return std::holds_alternative<std::monostate>(held_); }
  const Constant* constant() const { return std::get_if<Constant>(&held_); }
  const Tensor<>* tensor() const { return std::get_if<Tensor<>>(&held_); }
  // Not of one that is absent.
  const TensorType& type() const { return constant() ? constant()->type : tensor()->type(); }
  const Shape& shape() const { return type().shape; }
  DType dtype() const { return type().dtype; }

 private:
  std::variant<std::monostate, Constant, Tensor<>> held_;
};
using Data = std::vector<Datum>;

} // namespace fovea::import
