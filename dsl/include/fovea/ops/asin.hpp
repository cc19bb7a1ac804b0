#pragma once
#include <fovea/op/pointwise.hpp>

namespace fovea {
namespace ops {

// The inverse sine of every element: an angle in radians; NaN outside [-1, 1].
struct Asin : UnaryOp<Asin> {
  static constexpr const char* name = "asin";
  static constexpr Accepts accepts = Accepts::floats;
  template <class S>
  auto scalar(const S& x) const {
    return asin(x);
  }
};

} // namespace ops

constexpr Map asin(Map) {
  return map_of<ops::Asin>();
}
inline Tensor<> asin(const Tensor<>& x, SourceLocation location = SourceLocation::current()) {
  return apply(ops::Asin{}, {x}, location);
}

} // namespace fovea
