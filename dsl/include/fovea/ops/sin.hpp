#pragma once
#include <fovea/op/pointwise.hpp>

namespace fovea {
namespace ops {

// The sine of every element, in radians.
struct Sin : UnaryOp<Sin> {
  static constexpr const char* name = "sin";
  static constexpr Accepts accepts = Accepts::floats;
  template <class S>
  auto scalar(const S& x) const {
    return sin(x);
  }
};

} // namespace ops

constexpr Map sin(Map) {
  return map_of<ops::Sin>();
}
inline Tensor<> sin(const Tensor<>& x, SourceLocation location = SourceLocation::current()) {
  return apply(ops::Sin{}, {x}, location);
}

} // namespace fovea
