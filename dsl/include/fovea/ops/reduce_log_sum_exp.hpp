#pragma once
#include <fovea/op/reduction.hpp>

namespace fovea {
namespace ops {

// log(sum exp(x)) along dimensions, shifted by the maximum so that it never overflows:
//   M = max(r) X(i,r), or 0 where that is infinite;  Z(i) = log(sum(r) exp(X(i,r) - M(i))) + M(i)
struct ReduceLogSumExp : ReduceOp<ReduceLogSumExp> {
  static constexpr const char* name = "reduce_log_sum_exp";
  static constexpr Elements elements = Elements::floats;
  Definition definition(const Types& operands) const;
};

} // namespace ops

// Over all dimensions.
constexpr Map reduce_log_sum_exp(Map) {
  return map_of<ops::ReduceLogSumExp>();
}
// Over some: reduce_log_sum_exp(-1), reduce_log_sum_exp({2, 3}, keep_dims).
template <class... Options>
constexpr Layer<ops::ReduceLogSumExp> reduce_log_sum_exp(Located<Extents> axes,
                                                         const Options&... options) {
  return detail::reduce<ops::ReduceLogSumExp>(axes, options...);
}

} // namespace fovea
