#pragma once
#include <fovea/op/arg.hpp>

namespace fovea {
namespace ops {

// 1 at the first of the largest elements along `axis` (negative: from the end), else 0:
//   M = max(k) x(k);  P = min(k) (k where x(k) is M or NaN);  Z(c) = 1 where c is P, else 0
struct Hardmax : OpBase<Hardmax> {
  static constexpr const char* name = "hardmax";
  static constexpr int inputs = 1;

  int64_t axis = -1;

  template <class Self, class V>
  static constexpr void fields(Self& self, V&& visit) {
    visit("axis", self.axis);
  }

  constexpr Inferred infer(const Types& operands) const {
    const TensorType& x = operands[0];
    if (const ShapeError error = check_operand(x, 1, max_rank); error.what)
      return error;
    for (const ShapeError& error : {check_float(x), check_axis(axis, x.shape.rank())})
      if (error.what)
        return error;
    return x;
  }

  Definition definition(const Types& operands) const;
};

} // namespace ops

constexpr Map hardmax(Map) {
  return map_of<ops::Hardmax>();
}
constexpr Layer<ops::Hardmax> hardmax(Located<int64_t> axis) {
  ops::Hardmax op;
  op.axis = axis.value;
  return {op, axis.location};
}

} // namespace fovea
