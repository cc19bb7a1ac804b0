#pragma once
#include <fovea/blocks/block.hpp>
#include <fovea/equation/statement.hpp>

// What the normalisations by an input's own statistics share: weight and bias as parameters, the
// biased variance as the mean of squared deviations.
namespace fovea::ops {

constexpr ShapeError check_epsilon(double epsilon) {
  if (!(epsilon >= 0))
    return {"epsilon is negative", "epsilon >= 0", "", "", {}};
  return {};
}

// Of X [batch, channels, space...]: weight and bias are [channels].
template <class Op>
struct ChannelNormOp : OpBase<Op> {
  static constexpr int inputs = 1;

  double epsilon = 1e-5;

  constexpr Parameters parameters(const Types& operands) const {
    const Shape& x = operands[0].shape;
    const TensorType per_channel{operands[0].dtype, Shape{x.rank() > 1 ? x[1] : 1}};
    return {{"weight", per_channel}, {"bias", per_channel}};
  }
  constexpr Inferred infer(const Types& operands) const {
    const TensorType& x = operands[0];
    if (const ShapeError error = check_operand(x, 3, max_rank); error.what)
      return error;
    for (const ShapeError& error : {check_float(x), check_epsilon(epsilon)})
      if (error.what)
        return error;
    if (const ShapeError error = check_parameters(static_cast<const Op&>(*this), operands);
        error.what)
      return error;
    return x;
  }

 protected:
  // In groups of `width` neighbouring channels: with g = c / width,
  //   M(b,g) = mean(l,m) X(b, g*width + l, m);  S(b,g) = mean(l,m) (X(b, g*width + l, m) -
  //   M(b,g))^2 Z(b,c,j) = (X(b,c,j) - M(b,g)) / sqrt(S(b,g) + epsilon) * weight(c) + bias(c)
  Definition normalised(const Types& operands, int64_t width) const {
    const Shape& x = operands[0].shape;
    const Tensor<any_rank> X(0, "X", operands[0]);
    const Tensor<1> weight(1, "weight", operands[1]), bias(2, "bias", operands[2]);
    const Index<'b'> b{x[0]};
    const Index<'c'> c{x[1]};
    const Index<'g'> g{x[1] / width};
    const Index<'l'> l{width};
    const IndexPack<'j'> j(x.slice(2, x.rank()));
    const IndexPack<'m'> m(x.slice(2, x.rank()));
    const auto element = X(b, g * width + l, m);
    const auto M = let(M_(b, g) = mean(l, m)(element));
    const auto deviation = element - M(b, g);
    const auto variance = mean(l, m)(deviation * deviation);
    const auto S = let(S_(b, g) = 1.0 / sqrt(variance + epsilon));
    const auto normal = (X(b, c, j) - M(b, c / width)) * S(b, c / width);
    return bind(Op::name, {{"X", operands[0]}, {"weight", operands[1]}, {"bias", operands[2]}},
                {Z(b, c, j) = normal * weight(c) + bias(c)});
  }
};

} // namespace fovea::ops
