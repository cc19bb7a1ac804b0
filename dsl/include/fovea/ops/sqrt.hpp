#pragma once
#include <fovea/op/pointwise.hpp>

namespace fovea {
namespace ops {

// The square root of every element; NaN below 0.
struct Sqrt : UnaryOp<Sqrt> {
  static constexpr const char* name = "sqrt";
  static constexpr Accepts accepts = Accepts::floats;
  template <class S>
  auto scalar(const S& x) const {
    return sqrt(x);
  }
};

} // namespace ops

constexpr Map sqrt(Map) {
  return map_of<ops::Sqrt>();
}
inline Tensor<> sqrt(const Tensor<>& x, SourceLocation location = SourceLocation::current()) {
  return apply(ops::Sqrt{}, {x}, location);
}

} // namespace fovea
