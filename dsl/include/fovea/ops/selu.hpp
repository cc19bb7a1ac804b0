#pragma once
#include <fovea/op/pointwise.hpp>

namespace fovea {
namespace ops {

// gamma x, and gamma alpha (exp(x) - 1) below 0: Klambauer et al., Self-normalizing neural
// networks, 2017. The defaults are those of ONNX, rounded to float.
struct Selu : UnaryOp<Selu> {
  static constexpr const char* name = "selu";
  static constexpr Accepts accepts = Accepts::floats;

  double alpha = 1.67326319217681884765625;
  double gamma = 1.05070102214813232421875;

  template <class Self, class V>
  static constexpr void fields(Self& self, V&& visit) {
    visit("alpha", self.alpha);
    visit("gamma", self.gamma);
  }
  template <class S>
  auto scalar(const S& x) const {
    return gamma * select(0.0 < x, x, alpha * exp(x) - alpha);
  }
};

} // namespace ops

constexpr Map selu(Map) {
  return map_of<ops::Selu>();
}
constexpr Layer<ops::Selu> selu(Located<double> alpha, double gamma = ops::Selu{}.gamma) {
  ops::Selu op;
  op.alpha = alpha.value;
  op.gamma = gamma;
  return {op, alpha.location};
}
inline Tensor<> selu(const Tensor<>& x, SourceLocation location = SourceLocation::current()) {
  return apply(ops::Selu{}, {x}, location);
}

} // namespace fovea
