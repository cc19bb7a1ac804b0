#pragma once
#include <fovea/op/reduction.hpp>

namespace fovea {
namespace ops {

// The sum of magnitudes along dimensions: Z(i) = sum(r) |X(i,r)|.
struct ReduceL1 : ReduceOp<ReduceL1> {
  static constexpr const char* name = "reduce_l1";
  Definition definition(const Types& operands) const;
};

} // namespace ops

// Over all dimensions.
constexpr Map reduce_l1(Map) {
  return map_of<ops::ReduceL1>();
}
// Over some: reduce_l1(-1), reduce_l1({2, 3}, keep_dims).
template <class... Options>
constexpr Layer<ops::ReduceL1> reduce_l1(Located<Extents> axes, const Options&... options) {
  return detail::reduce<ops::ReduceL1>(axes, options...);
}

} // namespace fovea
