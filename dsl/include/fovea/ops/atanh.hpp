#pragma once
#include <fovea/op/pointwise.hpp>

namespace fovea {
namespace ops {

// The inverse hyperbolic tangent of every element; NaN outside [-1, 1].
struct Atanh : UnaryOp<Atanh> {
  static constexpr const char* name = "atanh";
  static constexpr Accepts accepts = Accepts::floats;
  template <class S>
  auto scalar(const S& x) const {
    return atanh(x);
  }
};

} // namespace ops

constexpr Map atanh(Map) {
  return map_of<ops::Atanh>();
}
inline Tensor<> atanh(const Tensor<>& x, SourceLocation location = SourceLocation::current()) {
  return apply(ops::Atanh{}, {x}, location);
}

} // namespace fovea
