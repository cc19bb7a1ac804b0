#pragma once
#include <fovea/op/reduction.hpp>

namespace fovea {
namespace ops {

// The Euclidean norm along dimensions: Z(i) = sqrt(sum(r) X(i,r)^2). Integers: the squares and
// their sum wrap, the root is truncated.
struct ReduceL2 : ReduceOp<ReduceL2> {
  static constexpr const char* name = "reduce_l2";
  Definition definition(const Types& operands) const;
};

} // namespace ops

// Over all dimensions.
constexpr Map reduce_l2(Map) {
  return map_of<ops::ReduceL2>();
}
// Over some: reduce_l2(-1), reduce_l2({2, 3}, keep_dims).
template <class... Options>
constexpr Layer<ops::ReduceL2> reduce_l2(Located<Extents> axes, const Options&... options) {
  return detail::reduce<ops::ReduceL2>(axes, options...);
}

} // namespace fovea
