#pragma once
#include <fovea/op/pointwise.hpp>

namespace fovea {
namespace ops {

// e to the power of every element.
struct Exp : UnaryOp<Exp> {
  static constexpr const char* name = "exp";
  static constexpr Accepts accepts = Accepts::floats;
  template <class S>
  auto scalar(const S& x) const {
    return exp(x);
  }
};

} // namespace ops

constexpr Map exp(Map) {
  return map_of<ops::Exp>();
}
inline Tensor<> exp(const Tensor<>& x, SourceLocation location = SourceLocation::current()) {
  return apply(ops::Exp{}, {x}, location);
}

} // namespace fovea
