#pragma once
#include <fovea/op/adaptive_pool.hpp>

namespace fovea {
namespace ops {

// The largest element of each of as many windows as the result has places; NaN where one is:
//   Z(b,c,j) = max of X(b,c,x) over floor(j*extent/outputs) <= x < ceil((j+1)*extent/outputs)
struct AdaptiveMaxPool : AdaptivePoolOp<AdaptiveMaxPool> {
  static constexpr const char* name = "adaptive_max_pool";

  Definition definition(const Types& operands) const;
};

} // namespace ops

// Max pooling to a result of stated extents, whatever the input's: adaptive_max_pool(7),
// adaptive_max_pool({1, 3}).
constexpr Layer<ops::AdaptiveMaxPool> adaptive_max_pool(Located<Extents> outputs) {
  return detail::adaptive_pool<ops::AdaptiveMaxPool>(outputs);
}

} // namespace fovea
