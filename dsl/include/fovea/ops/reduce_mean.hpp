#pragma once
#include <fovea/op/reduction.hpp>

namespace fovea {
namespace ops {

// The mean along dimensions: Z(i) = sum(r) X(i,r) / n. Integers: truncated towards zero.
struct ReduceMean : ReduceOp<ReduceMean> {
  static constexpr const char* name = "reduce_mean";
  Definition definition(const Types& operands) const;
};

} // namespace ops

// Over all dimensions.
constexpr Map reduce_mean(Map) {
  return map_of<ops::ReduceMean>();
}
// Over some: reduce_mean(-1), reduce_mean({2, 3}, keep_dims).
template <class... Options>
constexpr Layer<ops::ReduceMean> reduce_mean(Located<Extents> axes, const Options&... options) {
  return detail::reduce<ops::ReduceMean>(axes, options...);
}

} // namespace fovea
