#pragma once
#include <fovea/op/pointwise.hpp>

namespace fovea {
namespace ops {

// The hyperbolic sine of every element.
struct Sinh : UnaryOp<Sinh> {
  static constexpr const char* name = "sinh";
  static constexpr Accepts accepts = Accepts::floats;
  template <class S>
  auto scalar(const S& x) const {
    return sinh(x);
  }
};

} // namespace ops

constexpr Map sinh(Map) {
  return map_of<ops::Sinh>();
}
inline Tensor<> sinh(const Tensor<>& x, SourceLocation location = SourceLocation::current()) {
  return apply(ops::Sinh{}, {x}, location);
}

} // namespace fovea
