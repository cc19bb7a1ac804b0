#pragma once
#include <fovea/op/pointwise.hpp>

namespace fovea {
namespace ops {

// x, and alpha (exp(x) - 1) below 0: Clevert, Unterthiner, Hochreiter, Fast and accurate deep
// network learning by exponential linear units, 2016.
struct Elu : UnaryOp<Elu> {
  static constexpr const char* name = "elu";
  static constexpr Accepts accepts = Accepts::floats;

  double alpha = 1;

  template <class Self, class V>
  static constexpr void fields(Self& self, V&& visit) {
    visit("alpha", self.alpha);
  }
  template <class S>
  auto scalar(const S& x) const {
    return select(x < 0.0, alpha * (exp(x) - 1.0), x);
  }
};

} // namespace ops

constexpr Map elu(Map) {
  return map_of<ops::Elu>();
}
constexpr Layer<ops::Elu> elu(Located<double> alpha) {
  ops::Elu op;
  op.alpha = alpha.value;
  return {op, alpha.location};
}
inline Tensor<> elu(const Tensor<>& x, SourceLocation location = SourceLocation::current()) {
  return apply(ops::Elu{}, {x}, location);
}

} // namespace fovea
