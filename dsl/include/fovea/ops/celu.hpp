#pragma once
#include <fovea/op/pointwise.hpp>

namespace fovea {
namespace ops {

// max(x, 0) + min(alpha (exp(x / alpha) - 1), 0): Barron, Continuously differentiable
// exponential linear units, 2017.
struct Celu : UnaryOp<Celu> {
  static constexpr const char* name = "celu";
  static constexpr Accepts accepts = Accepts::floats;

  double alpha = 1;

  template <class Self, class V>
  static constexpr void fields(Self& self, V&& visit) {
    visit("alpha", self.alpha);
  }
  constexpr Inferred infer(const Types& operands) const {
    if (!(alpha != 0))
      return ShapeError{"alpha is no divisor", "a number other than 0", "", "", {}};
    return UnaryOp::infer(operands);
  }
  template <class S>
  auto scalar(const S& x) const {
    return max(x, 0.0) + min(alpha * (exp(x / alpha) - 1.0), 0.0);
  }
};

} // namespace ops

constexpr Map celu(Map) {
  return map_of<ops::Celu>();
}
constexpr Layer<ops::Celu> celu(Located<double> alpha) {
  ops::Celu op;
  op.alpha = alpha.value;
  return {op, alpha.location};
}
inline Tensor<> celu(const Tensor<>& x, SourceLocation location = SourceLocation::current()) {
  return apply(ops::Celu{}, {x}, location);
}

} // namespace fovea
