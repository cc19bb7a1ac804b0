#pragma once
#include <fovea/op/pointwise.hpp>

namespace fovea {
namespace ops {

// x above alpha, else 0.
struct ThresholdedRelu : UnaryOp<ThresholdedRelu> {
  static constexpr const char* name = "thresholded_relu";
  static constexpr Accepts accepts = Accepts::floats;

  double alpha = 1;

  template <class Self, class V>
  static constexpr void fields(Self& self, V&& visit) {
    visit("alpha", self.alpha);
  }
  template <class S>
  auto scalar(const S& x) const {
    return select(alpha < x, x, detail::like(x, 0));
  }
};

} // namespace ops

constexpr Map thresholded_relu(Map) {
  return map_of<ops::ThresholdedRelu>();
}
constexpr Layer<ops::ThresholdedRelu> thresholded_relu(Located<double> alpha) {
  ops::ThresholdedRelu op;
  op.alpha = alpha.value;
  return {op, alpha.location};
}
inline Tensor<> thresholded_relu(const Tensor<>& x,
                                 SourceLocation location = SourceLocation::current()) {
  return apply(ops::ThresholdedRelu{}, {x}, location);
}

} // namespace fovea
