#pragma once
#include <fovea/op/arg.hpp>

namespace fovea {
namespace ops {

// The place of the least element along a dimension, as i64; a NaN's where there is one.
struct ArgMin : ArgOp<ArgMin> {
  static constexpr const char* name = "arg_min";
  static constexpr ReduceKind extremum = ReduceKind::min;
};

} // namespace ops

// arg_min(1), arg_min(-1, keep_dims, select_last_index).
template <class... Options>
constexpr Layer<ops::ArgMin> arg_min(Located<int64_t> axis, const Options&... options) {
  return detail::arg<ops::ArgMin>(axis, options...);
}

} // namespace fovea
