#pragma once
#include <fovea/op/reduction.hpp>

namespace fovea {
namespace ops {

// The sum along dimensions: Z(i) = sum(r) X(i,r). Integers wrap.
struct ReduceSum : ReduceOp<ReduceSum> {
  static constexpr const char* name = "reduce_sum";
  Definition definition(const Types& operands) const;
};

} // namespace ops

// Over all dimensions.
constexpr Map reduce_sum(Map) {
  return map_of<ops::ReduceSum>();
}
// Over some: reduce_sum(-1), reduce_sum({2, 3}, keep_dims).
template <class... Options>
constexpr Layer<ops::ReduceSum> reduce_sum(Located<Extents> axes, const Options&... options) {
  return detail::reduce<ops::ReduceSum>(axes, options...);
}

} // namespace fovea
