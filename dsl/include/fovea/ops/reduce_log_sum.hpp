#pragma once
#include <fovea/op/reduction.hpp>

namespace fovea {
namespace ops {

// The logarithm of the sum along dimensions: Z(i) = log(sum(r) X(i,r)).
struct ReduceLogSum : ReduceOp<ReduceLogSum> {
  static constexpr const char* name = "reduce_log_sum";
  static constexpr Elements elements = Elements::floats;
  Definition definition(const Types& operands) const;
};

} // namespace ops

// Over all dimensions.
constexpr Map reduce_log_sum(Map) {
  return map_of<ops::ReduceLogSum>();
}
// Over some: reduce_log_sum(-1), reduce_log_sum({2, 3}, keep_dims).
template <class... Options>
constexpr Layer<ops::ReduceLogSum> reduce_log_sum(Located<Extents> axes,
                                                  const Options&... options) {
  return detail::reduce<ops::ReduceLogSum>(axes, options...);
}

} // namespace fovea
