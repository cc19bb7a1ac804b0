#pragma once
#include <fovea/op/pointwise.hpp>

namespace fovea {
namespace ops {

// The tangent of every element, in radians.
struct Tan : UnaryOp<Tan> {
  static constexpr const char* name = "tan";
  static constexpr Accepts accepts = Accepts::floats;
  template <class S>
  auto scalar(const S& x) const {
    return tan(x);
  }
};

} // namespace ops

constexpr Map tan(Map) {
  return map_of<ops::Tan>();
}
inline Tensor<> tan(const Tensor<>& x, SourceLocation location = SourceLocation::current()) {
  return apply(ops::Tan{}, {x}, location);
}

} // namespace fovea
