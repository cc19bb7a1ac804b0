#pragma once
#include <fovea/op/pointwise.hpp>
#include <fovea/op/softplus.hpp>

namespace fovea {
namespace ops {

// x tanh(softplus(x)): Misra, Mish: a self regularized non-monotonic activation function, 2020.
struct Mish : UnaryOp<Mish> {
  static constexpr const char* name = "mish";
  static constexpr Accepts accepts = Accepts::floats;
  template <class S>
  auto scalar(const S& x) const {
    return x * tanh(softplus_of(x));
  }
};

} // namespace ops

constexpr Map mish(Map) {
  return map_of<ops::Mish>();
}
inline Tensor<> mish(const Tensor<>& x, SourceLocation location = SourceLocation::current()) {
  return apply(ops::Mish{}, {x}, location);
}

} // namespace fovea
