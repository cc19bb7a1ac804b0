#pragma once
#include <fovea/op/pool.hpp>

namespace fovea {
namespace ops {

// The weighted mean of each window, over the elements inside X; for instance by the distance from
// the middle. One set of weights serves all channels.
//   Z(b,c,j) = sum(m) X(b, c, j*stride + m*dilation - pad) * W(m) / sum(m inside X) W(m)
// Shapes: X [batch, channels, space...], W [kernel...].
struct WeightedAvgPool : PoolOp<WeightedAvgPool> {
  static constexpr const char* name = "weighted_avg_pool";
  static constexpr bool floats_only = true;

  constexpr Parameters parameters(const Types& inputs) const {
    const int rank = inputs[0].shape.rank();
    return {{"weight", {inputs[0].dtype, spread(kernel, rank > 2 ? rank - 2 : 0, 1)}}};
  }
  constexpr Inferred infer(const Types& operands) const {
    const Inferred inferred = PoolOp::infer(operands);
    if (!inferred.ok())
      return inferred;
    if (const ShapeError error = check_parameters(*this, operands); error.what)
      return error;
    return inferred;
  }

  Definition definition(const Types& operands) const;
};

} // namespace ops

// Average pooling by weights: weighted_avg_pool(3, stride(2), same). Stride: the kernel's size
// unless given.
template <class... Options>
constexpr Layer<ops::WeightedAvgPool> weighted_avg_pool(Located<Extents> kernel,
                                                        const Options&... options) {
  return detail::pool<ops::WeightedAvgPool>(kernel, options...);
}

} // namespace fovea
