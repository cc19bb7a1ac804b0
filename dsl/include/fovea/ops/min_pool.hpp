#pragma once
#include <fovea/op/pool.hpp>

namespace fovea {
namespace ops {

// The least element of each window; NaN where one is. Padding never wins.
//   Z(b,c,j) = min(m) X(b, c, j*stride + m*dilation - pad)
struct MinPool : PoolOp<MinPool> {
  static constexpr const char* name = "min_pool";

  Definition definition(const Types& operands) const;
};

} // namespace ops

// Min pooling (an erosion): min_pool(2), min_pool(3, stride(2), pad(1), ceil_mode). Stride: the
// kernel's size unless given.
template <class... Options>
constexpr Layer<ops::MinPool> min_pool(Located<Extents> kernel, const Options&... options) {
  return detail::pool<ops::MinPool>(kernel, options...);
}

} // namespace fovea
