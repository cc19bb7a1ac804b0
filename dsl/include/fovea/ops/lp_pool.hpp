#pragma once
#include <fovea/op/p_norm.hpp>
#include <fovea/op/pool.hpp>

namespace fovea {
namespace ops {

// The p-norm of each window; padding counts as zeros.
//   Z(b,c,j) = (sum(m) |X(b, c, j*stride + m*dilation - pad)|^p)^(1/p)
struct LpPool : PoolOp<LpPool> {
  static constexpr const char* name = "lp_pool";
  static constexpr bool floats_only = true; // as in ONNX
  int64_t p = 2;

  template <class Self, class V>
  static constexpr void fields(Self& self, V&& visit) {
    PoolOp::fields(self, visit);
    visit("p", self.p);
  }
  constexpr Inferred infer(const Types& operands) const {
    if (const ShapeError error = check_norm(p); error.what)
      return error;
    return PoolOp::infer(operands);
  }

  Definition definition(const Types& operands) const;
};

} // namespace ops

// The order of a pool's norm.
struct NormOrder {
  int64_t p;
};
constexpr NormOrder norm_order(int64_t p) {
  return {p};
}
constexpr void apply_option(ops::LpPool& op, const NormOrder& order) {
  op.p = order.p;
}

// Pooling by a p-norm, the Euclidean unless said otherwise: lp_pool(2),
// lp_pool(3, stride(2), pad(1), norm_order(3)). Stride: the kernel's size unless given.
template <class... Options>
constexpr Layer<ops::LpPool> lp_pool(Located<Extents> kernel, const Options&... options) {
  return detail::pool<ops::LpPool>(kernel, options...);
}

} // namespace fovea
