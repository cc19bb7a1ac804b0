#pragma once
#include <fovea/op/pointwise.hpp>

namespace fovea {
namespace ops {

// x + bias below -lambd, x - bias above lambd, else 0.
struct Shrink : UnaryOp<Shrink> {
  static constexpr const char* name = "shrink";
  static constexpr Accepts accepts = Accepts::floats;

  double lambd = 0.5;
  double bias = 0;

  template <class Self, class V>
  static constexpr void fields(Self& self, V&& visit) {
    visit("lambd", self.lambd);
    visit("bias", self.bias);
  }
  template <class S>
  auto scalar(const S& x) const {
    return select(x < -lambd, x + bias, select(lambd < x, x - bias, detail::like(x, 0)));
  }
};

} // namespace ops

constexpr Map shrink(Map) {
  return map_of<ops::Shrink>();
}
constexpr Layer<ops::Shrink> shrink(Located<double> lambd, double bias = 0) {
  ops::Shrink op;
  op.lambd = lambd.value;
  op.bias = bias;
  return {op, lambd.location};
}
inline Tensor<> shrink(const Tensor<>& x, SourceLocation location = SourceLocation::current()) {
  return apply(ops::Shrink{}, {x}, location);
}

} // namespace fovea
