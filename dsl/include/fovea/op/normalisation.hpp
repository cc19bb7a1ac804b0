#pragma once
#include <fovea/blocks/block.hpp>

// What the normalisations by an input's own statistics share: weight and bias as parameters, the
// biased variance as the mean of squared deviations.
namespace fovea::ops {

constexpr ShapeError check_epsilon(double epsilon) {
  if (!(epsilon >= 0))
    return {"epsilon is negative", "epsilon >= 0", "", "", {}};
  return {};
}

// In groups of `width` neighbouring channels: with g = c / width,
//   M(b,g) = mean(l,m) X(b, g*width + l, m);  S(b,g) = mean(l,m) (X(b, g*width + l, m) - M(b,g))^2
//   Z(b,c,j) = (X(b,c,j) - M(b,g)) / sqrt(S(b,g) + epsilon) * weight(c) + bias(c)
Definition normalised(const char* name, const Types& operands, int64_t width, double epsilon);

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
};

} // namespace fovea::ops
