#pragma once
#include <fovea/op/global_pool.hpp>
#include <fovea/op/p_norm.hpp>

namespace fovea {
namespace ops {

// The p-norm of each channel's map: Z(b,c,0) = (sum(m) |X(b,c,m)|^p)^(1/p).
struct GlobalLpPool : GlobalPoolOp<GlobalLpPool> {
  static constexpr const char* name = "global_lp_pool";
  static constexpr bool floats_only = true;

  int64_t p = 2;

  template <class Self, class V>
  static constexpr void fields(Self& self, V&& visit) {
    visit("p", self.p);
  }
  constexpr Inferred infer(const Types& operands) const {
    if (const ShapeError error = check_norm(p); error.what)
      return error;
    return GlobalPoolOp::infer(operands);
  }
  Definition definition(const Types& operands) const;
};

} // namespace ops

constexpr Map global_lp_pool(Map) {
  return map_of<ops::GlobalLpPool>();
}
constexpr Layer<ops::GlobalLpPool> global_lp_pool(Located<int64_t> p) {
  ops::GlobalLpPool op;
  op.p = p.value;
  return {op, p.location};
}

} // namespace fovea
