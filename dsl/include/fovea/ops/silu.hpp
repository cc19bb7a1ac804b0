#pragma once
#include <fovea/op/pointwise.hpp>

namespace fovea {
namespace ops {

// x sigmoid(x), also known as swish: Elfwing, Uchibe, Doya, Sigmoid-weighted linear units, 2018.
struct Silu : UnaryOp<Silu> {
  static constexpr const char* name = "silu";
  static constexpr Accepts accepts = Accepts::floats;
  template <class S>
  auto scalar(const S& x) const {
    return x / (exp(-x) + 1.0);
  }
};

} // namespace ops

constexpr Map silu(Map) {
  return map_of<ops::Silu>();
}
inline Tensor<> silu(const Tensor<>& x, SourceLocation location = SourceLocation::current()) {
  return apply(ops::Silu{}, {x}, location);
}

} // namespace fovea
