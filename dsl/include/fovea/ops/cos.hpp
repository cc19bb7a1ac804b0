#pragma once
#include <fovea/op/pointwise.hpp>

namespace fovea {
namespace ops {

// The cosine of every element, in radians.
struct Cos : UnaryOp<Cos> {
  static constexpr const char* name = "cos";
  static constexpr Accepts accepts = Accepts::floats;
  template <class S>
  auto scalar(const S& x) const {
    return cos(x);
  }
};

} // namespace ops

constexpr Map cos(Map) {
  return map_of<ops::Cos>();
}
inline Tensor<> cos(const Tensor<>& x, SourceLocation location = SourceLocation::current()) {
  return apply(ops::Cos{}, {x}, location);
}

} // namespace fovea
