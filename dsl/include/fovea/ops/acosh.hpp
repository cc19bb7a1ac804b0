#pragma once
#include <fovea/op/pointwise.hpp>

namespace fovea {
namespace ops {

// The inverse hyperbolic cosine of every element; NaN below 1.
struct Acosh : UnaryOp<Acosh> {
  static constexpr const char* name = "acosh";
  static constexpr Accepts accepts = Accepts::floats;
  template <class S>
  auto scalar(const S& x) const {
    return acosh(x);
  }
};

} // namespace ops

constexpr Map acosh(Map) {
  return map_of<ops::Acosh>();
}
inline Tensor<> acosh(const Tensor<>& x, SourceLocation location = SourceLocation::current()) {
  return apply(ops::Acosh{}, {x}, location);
}

} // namespace fovea
