#pragma once
#include <fovea/op/pointwise.hpp>

namespace fovea {
namespace ops {

// The hyperbolic cosine of every element.
struct Cosh : UnaryOp<Cosh> {
  static constexpr const char* name = "cosh";
  static constexpr Accepts accepts = Accepts::floats;
  template <class S>
  auto scalar(const S& x) const {
    return cosh(x);
  }
};

} // namespace ops

constexpr Map cosh(Map) {
  return map_of<ops::Cosh>();
}
inline Tensor<> cosh(const Tensor<>& x, SourceLocation location = SourceLocation::current()) {
  return apply(ops::Cosh{}, {x}, location);
}

} // namespace fovea
