#pragma once
#include <fovea/op/pointwise.hpp>

namespace fovea {
namespace ops {

// max(min(alpha x + beta, 1), 0).
struct HardSigmoid : UnaryOp<HardSigmoid> {
  static constexpr const char* name = "hard_sigmoid";
  static constexpr Accepts accepts = Accepts::floats;

  double alpha = 0.2;
  double beta = 0.5;

  template <class Self, class V>
  static constexpr void fields(Self& self, V&& visit) {
    visit("alpha", self.alpha);
    visit("beta", self.beta);
  }
  template <class S>
  auto scalar(const S& x) const {
    return max(min(x * alpha + beta, 1.0), 0.0);
  }
};

} // namespace ops

constexpr Map hard_sigmoid(Map) {
  return map_of<ops::HardSigmoid>();
}
constexpr Layer<ops::HardSigmoid> hard_sigmoid(Located<double> alpha,
                                               double beta = ops::HardSigmoid{}.beta) {
  ops::HardSigmoid op;
  op.alpha = alpha.value;
  op.beta = beta;
  return {op, alpha.location};
}
inline Tensor<> hard_sigmoid(const Tensor<>& x,
                             SourceLocation location = SourceLocation::current()) {
  return apply(ops::HardSigmoid{}, {x}, location);
}

} // namespace fovea
