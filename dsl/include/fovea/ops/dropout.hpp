#pragma once
#include <fovea/op/pointwise.hpp>

namespace fovea {
namespace ops {

// Dropout (Srivastava et al., JMLR 15, 2014) as inference sees it: the identity. `rate` is the
// share of elements that training sets to zero.
struct Dropout : UnaryOp<Dropout> {
  static constexpr const char* name = "dropout";

  double rate = 0.5;

  template <class Self, class V>
  static constexpr void fields(Self& self, V&& visit) {
    visit("rate", self.rate);
  }
  constexpr Inferred infer(const Types& operands) const {
    if (!(rate >= 0 && rate < 1))
      return ShapeError{"the rate is no probability", "0 <= rate < 1", "", "", {}};
    return UnaryOp::infer(operands);
  }
  template <class S>
  auto scalar(const S& x) const {
    return x;
  }
};

} // namespace ops

constexpr Map dropout(Map) {
  return map_of<ops::Dropout>();
}
constexpr Layer<ops::Dropout> dropout(Located<double> rate) {
  ops::Dropout op;
  op.rate = rate.value;
  return {op, rate.location};
}

} // namespace fovea
