#pragma once
#include <fovea/op/reduction.hpp>

namespace fovea {
namespace ops {

// log(exp(x) / sum exp(x)) along `axis` (negative: from the end), which neither overflows nor
// takes the logarithm of 0:
//   M = max(k) x(k);  S = log(sum(k) exp(x(k) - M));  Z = x - M - S
struct LogSoftmax : OpBase<LogSoftmax> {
  static constexpr const char* name = "log_softmax";
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

constexpr Map log_softmax(Map) {
  return map_of<ops::LogSoftmax>();
}
constexpr Layer<ops::LogSoftmax> log_softmax(Located<int64_t> axis) {
  ops::LogSoftmax op;
  op.axis = axis.value;
  return {op, axis.location};
}

} // namespace fovea
