#pragma once
#include <fovea/op/pointwise.hpp>

namespace fovea {
namespace ops {

// The error function of every element.
struct Erf : UnaryOp<Erf> {
  static constexpr const char* name = "erf";
  static constexpr Accepts accepts = Accepts::floats;
  template <class S>
  auto scalar(const S& x) const {
    return erf(x);
  }
};

} // namespace ops

constexpr Map erf(Map) {
  return map_of<ops::Erf>();
}
inline Tensor<> erf(const Tensor<>& x, SourceLocation location = SourceLocation::current()) {
  return apply(ops::Erf{}, {x}, location);
}

} // namespace fovea
