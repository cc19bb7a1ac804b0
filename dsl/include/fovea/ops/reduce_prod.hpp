#pragma once
#include <fovea/op/reduction.hpp>

namespace fovea {
namespace ops {

// The product along dimensions: Z(i) = product(r) X(i,r). Integers wrap.
struct ReduceProd : ReduceOp<ReduceProd> {
  static constexpr const char* name = "reduce_prod";
  Definition definition(const Types& operands) const;
};

} // namespace ops

// Over all dimensions.
constexpr Map reduce_prod(Map) {
  return map_of<ops::ReduceProd>();
}
// Over some: reduce_prod(-1), reduce_prod({2, 3}, keep_dims).
template <class... Options>
constexpr Layer<ops::ReduceProd> reduce_prod(Located<Extents> axes, const Options&... options) {
  return detail::reduce<ops::ReduceProd>(axes, options...);
}

} // namespace fovea
