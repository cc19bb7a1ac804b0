#pragma once
#include <fovea/op/pointwise.hpp>

namespace fovea {
namespace ops {

// The logistic function 1 / (1 + exp(-x)) of every element.
struct Sigmoid : UnaryOp<Sigmoid> {
  static constexpr const char* name = "sigmoid";
  static constexpr Accepts accepts = Accepts::floats;
  template <class S>
  auto scalar(const S& x) const {
    return 1.0 / (1.0 + exp(-x));
  }
};

} // namespace ops

constexpr Map sigmoid(Map) {
  return map_of<ops::Sigmoid>();
}
inline Tensor<> sigmoid(const Tensor<>& x, SourceLocation location = SourceLocation::current()) {
  return apply(ops::Sigmoid{}, {x}, location);
}

} // namespace fovea
