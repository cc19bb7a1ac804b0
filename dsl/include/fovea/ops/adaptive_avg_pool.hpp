#pragma once
#include <fovea/op/adaptive_pool.hpp>

namespace fovea {
namespace ops {

// The mean of each of as many windows as the result has places:
//   Z(b,c,j) = mean of X(b,c,x) over floor(j*extent/outputs) <= x < ceil((j+1)*extent/outputs)
struct AdaptiveAvgPool : AdaptivePoolOp<AdaptiveAvgPool> {
  static constexpr const char* name = "adaptive_avg_pool";
  static constexpr bool floats_only = true;

  Definition definition(const Types& operands) const;
};

} // namespace ops

// Average pooling to a result of stated extents, whatever the input's: adaptive_avg_pool(7),
// adaptive_avg_pool({1, 3}).
constexpr Layer<ops::AdaptiveAvgPool> adaptive_avg_pool(Located<Extents> outputs) {
  return detail::adaptive_pool<ops::AdaptiveAvgPool>(outputs);
}

} // namespace fovea
