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

  Definition definition(const Types& operands) const {
    const Shape& shape = operands[0].shape;
    const int place = dimension_of(axis, shape.rank());
    const Tensor<any_rank> x(0, "x", operands[0]);
    const IndexPack<'a'> a(shape.slice(0, place));
    const IndexPack<'d'> d(shape.slice(place + 1, shape.rank()));
    const Index<'c'> c;
    const Index<'k'> k;
    const auto M = let(M_(a, d) = max(k)(x(a, k, d)));
    const auto S = let(S_(a, d) = log(sum(k)(exp(x(a, k, d) - M(a, d)))));
    return bind(name, {{"x", operands[0]}}, {Z(a, c, d) = x(a, c, d) - M(a, d) - S(a, d)});
  }
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
