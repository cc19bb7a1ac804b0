#pragma once
#include <fovea/op/pointwise.hpp>

namespace fovea {
namespace ops {

// The inverse hyperbolic sine of every element.
struct Asinh : UnaryOp<Asinh> {
  static constexpr const char* name = "asinh";
  static constexpr Accepts accepts = Accepts::floats;
  template <class S>
  auto scalar(const S& x) const {
    return asinh(x);
  }
};

} // namespace ops

constexpr Map asinh(Map) {
  return map_of<ops::Asinh>();
}
inline Tensor<> asinh(const Tensor<>& x, SourceLocation location = SourceLocation::current()) {
  return apply(ops::Asinh{}, {x}, location);
}

} // namespace fovea
