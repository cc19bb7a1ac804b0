#pragma once
#include <fovea/op/reduction.hpp>

namespace fovea {
namespace ops {

// The sum of squares along dimensions: Z(i) = sum(r) X(i,r)^2. Integers wrap.
struct ReduceSumSquare : ReduceOp<ReduceSumSquare> {
  static constexpr const char* name = "reduce_sum_square";
  Definition definition(const Types& operands) const;
};

} // namespace ops

// Over all dimensions.
constexpr Map reduce_sum_square(Map) {
  return map_of<ops::ReduceSumSquare>();
}
// Over some: reduce_sum_square(-1), reduce_sum_square({2, 3}, keep_dims).
template <class... Options>
constexpr Layer<ops::ReduceSumSquare> reduce_sum_square(Located<Extents> axes,
                                                        const Options&... options) {
  return detail::reduce<ops::ReduceSumSquare>(axes, options...);
}

} // namespace fovea
