#pragma once
#include <fovea/op/reduction.hpp>

namespace fovea {
namespace ops {

// The largest along dimensions; NaN where one is: Z(i) = max(r) X(i,r). Booleans: whether any is
// true.
struct ReduceMax : ReduceOp<ReduceMax> {
  static constexpr const char* name = "reduce_max";
  static constexpr Elements elements = Elements::all;
  Definition definition(const Types& operands) const;
};

} // namespace ops

// Over all dimensions.
constexpr Map reduce_max(Map) {
  return map_of<ops::ReduceMax>();
}
// Over some: reduce_max(-1), reduce_max({2, 3}, keep_dims).
template <class... Options>
constexpr Layer<ops::ReduceMax> reduce_max(Located<Extents> axes, const Options&... options) {
  return detail::reduce<ops::ReduceMax>(axes, options...);
}

} // namespace fovea
