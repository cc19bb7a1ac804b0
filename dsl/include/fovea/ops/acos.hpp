#pragma once
#include <fovea/op/pointwise.hpp>

namespace fovea {
namespace ops {

// The inverse cosine of every element: an angle in radians; NaN outside [-1, 1].
struct Acos : UnaryOp<Acos> {
  static constexpr const char* name = "acos";
  static constexpr Accepts accepts = Accepts::floats;
  template <class S>
  auto scalar(const S& x) const {
    return acos(x);
  }
};

} // namespace ops

constexpr Map acos(Map) {
  return map_of<ops::Acos>();
}
inline Tensor<> acos(const Tensor<>& x, SourceLocation location = SourceLocation::current()) {
  return apply(ops::Acos{}, {x}, location);
}

} // namespace fovea
