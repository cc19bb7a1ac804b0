#pragma once
#include <fovea/op/reduction.hpp>

namespace fovea {
namespace ops {

// The least along dimensions; NaN where one is: Z(i) = min(r) X(i,r). Booleans: whether all are
// true.
struct ReduceMin : ReduceOp<ReduceMin> {
  static constexpr const char* name = "reduce_min";
  static constexpr Elements elements = Elements::all;
  Definition definition(const Types& operands) const;
};

} // namespace ops

// Over all dimensions.
constexpr Map reduce_min(Map) {
  return map_of<ops::ReduceMin>();
}
// Over some: reduce_min(-1), reduce_min({2, 3}, keep_dims).
template <class... Options>
constexpr Layer<ops::ReduceMin> reduce_min(Located<Extents> axes, const Options&... options) {
  return detail::reduce<ops::ReduceMin>(axes, options...);
}

} // namespace fovea
