#pragma once
#include <fovea/op/pointwise.hpp>

namespace fovea {
namespace ops {

// The inverse tangent of every element: an angle in radians.
struct Atan : UnaryOp<Atan> {
  static constexpr const char* name = "atan";
  static constexpr Accepts accepts = Accepts::floats;
  template <class S>
  auto scalar(const S& x) const {
    return atan(x);
  }
};

} // namespace ops

constexpr Map atan(Map) {
  return map_of<ops::Atan>();
}
inline Tensor<> atan(const Tensor<>& x, SourceLocation location = SourceLocation::current()) {
  return apply(ops::Atan{}, {x}, location);
}

} // namespace fovea
