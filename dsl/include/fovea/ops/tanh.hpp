#pragma once
#include <fovea/op/pointwise.hpp>

namespace fovea {
namespace ops {

// The hyperbolic tangent of every element.
struct Tanh : UnaryOp<Tanh> {
  static constexpr const char* name = "tanh";
  static constexpr Accepts accepts = Accepts::floats;
  template <class S>
  auto scalar(const S& x) const {
    return fovea::tanh(x);
  }
};

} // namespace ops

constexpr Map tanh(Map) {
  return map_of<ops::Tanh>();
}
inline Tensor<> tanh(const Tensor<>& x, SourceLocation location = SourceLocation::current()) {
  return apply(ops::Tanh{}, {x}, location);
}

} // namespace fovea
