#pragma once
#include <fovea/op/arg.hpp>

namespace fovea {
namespace ops {

// The place of the largest element along a dimension, as i64; a NaN's where there is one.
struct ArgMax : ArgOp<ArgMax> {
  static constexpr const char* name = "arg_max";
  static constexpr ReduceKind extremum = ReduceKind::max;
};

} // namespace ops

// arg_max(1), arg_max(-1, keep_dims, select_last_index).
template <class... Options>
constexpr Layer<ops::ArgMax> arg_max(Located<int64_t> axis, const Options&... options) {
  return detail::arg<ops::ArgMax>(axis, options...);
}

} // namespace fovea
