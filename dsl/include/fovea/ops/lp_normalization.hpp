#pragma once
#include <fovea/op/p_norm.hpp>
#include <fovea/op/reduction.hpp>

namespace fovea {
namespace ops {

// X divided by its p-norm along `axis` (negative: from the end); 0 where the norm is 0:
//   N(a,d) = (sum(k) |X(a,k,d)|^p)^(1/p);  Z(a,c,d) = X(a,c,d) / N(a,d)
struct LpNormalization : OpBase<LpNormalization> {
  static constexpr const char* name = "lp_normalization";
  static constexpr int inputs = 1;

  int64_t axis = -1;
  int64_t p = 2;

  template <class Self, class V>
  static constexpr void fields(Self& self, V&& visit) {
    visit("axis", self.axis);
    visit("p", self.p);
  }

  constexpr Inferred infer(const Types& operands) const {
    const TensorType& x = operands[0];
    if (const ShapeError error = check_operand(x, 1, max_rank); error.what)
      return error;
    for (const ShapeError& error :
         {check_float(x), check_axis(axis, x.shape.rank()), check_norm(p)})
      if (error.what)
        return error;
    return x;
  }

  Definition definition(const Types& operands) const;
};

} // namespace ops

constexpr Map lp_normalization(Map) {
  return map_of<ops::LpNormalization>();
}
// lp_normalization(1): along another dimension; lp_normalization(1, 1): by the sum of magnitudes.
constexpr Layer<ops::LpNormalization> lp_normalization(Located<int64_t> axis, int64_t p = 2) {
  ops::LpNormalization op;
  op.axis = axis.value;
  op.p = p;
  return {op, axis.location};
}

} // namespace fovea
