#pragma once
#include <fovea/op/pointwise.hpp>

namespace fovea {
namespace ops {

// x, and alpha x below 0: Maas, Hannun, Ng, Rectifier nonlinearities improve neural network
// acoustic models, 2013.
struct LeakyRelu : UnaryOp<LeakyRelu> {
  static constexpr const char* name = "leaky_relu";
  static constexpr Accepts accepts = Accepts::floats;

  double alpha = 0.01;

  template <class Self, class V>
  static constexpr void fields(Self& self, V&& visit) {
    visit("alpha", self.alpha);
  }
  template <class S>
  auto scalar(const S& x) const {
    return select(x < 0.0, x * alpha, x);
  }
};

} // namespace ops

constexpr Map leaky_relu(Map) {
  return map_of<ops::LeakyRelu>();
}
constexpr Layer<ops::LeakyRelu> leaky_relu(Located<double> alpha) {
  ops::LeakyRelu op;
  op.alpha = alpha.value;
  return {op, alpha.location};
}
inline Tensor<> leaky_relu(const Tensor<>& x, SourceLocation location = SourceLocation::current()) {
  return apply(ops::LeakyRelu{}, {x}, location);
}

} // namespace fovea
