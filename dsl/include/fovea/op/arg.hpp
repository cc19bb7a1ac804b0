#pragma once
#include <fovea/op/reduction.hpp>

// What arg_max and arg_min share.
namespace fovea {

struct SelectLastIndex {};
// Of equal elements the last one's place counts, not the first one's.
inline constexpr SelectLastIndex select_last_index{};

namespace ops {

Definition place_of_extremum(const char* name, const TensorType& x, const ReducedAxes& axis,
                             ReduceKind extremum, bool last);

// The place along `axis` (negative: from the end) of the extremum M = Op::extremum(k) X(a,k,d), as
// i64; of several the first, or with select_last_index the last:
//   Z(a,d) = min(k) (k where X(a,k,d) is M or NaN, else the extent)
// A NaN is M where there is one (as in numpy).
template <class Op>
struct ArgOp : OpBase<Op> {
  static constexpr int inputs = 1;

  int64_t axis = 0;
  bool keep_dims = false;
  bool select_last_index = false;

  template <class Self, class V>
  static constexpr void fields(Self& self, V&& visit) {
    visit("axis", self.axis);
    visit("keep_dims", self.keep_dims);
    visit("select_last_index", self.select_last_index);
  }

  constexpr Inferred infer(const Types& operands) const {
    const TensorType& x = operands[0];
    if (const ShapeError error = check_operand(x, 1, max_rank); error.what)
      return error;
    if (const ShapeError error = check_axis(axis, x.shape.rank()); error.what)
      return error;
    const TensorType result{DType::i64, reduced().reduced_shape(x.shape)};
    if (const ShapeError error = check_result(result); error.what)
      return error;
    return result;
  }

  Definition definition(const Types& operands) const {
    return place_of_extremum(Op::name, operands[0], reduced(), Op::extremum, select_last_index);
  }

 private:
  constexpr ReducedAxes reduced() const { return {Shape{axis}, keep_dims}; }
};

} // namespace ops

namespace detail {
template <class Op>
constexpr void apply_option(ops::ArgOp<Op>& op, KeepDims) {
  op.keep_dims = true;
}
template <class Op>
constexpr void apply_option(ops::ArgOp<Op>& op, SelectLastIndex) {
  op.select_last_index = true;
}
template <class Op, class... Options>
constexpr Layer<Op> arg(const Located<int64_t>& axis, const Options&... options) {
  Op op;
  op.axis = axis.value;
  (apply_option(op, options), ...);
  return {op, axis.location};
}
} // namespace detail

} // namespace fovea
