#pragma once
#include <fovea/op/shape_rule.hpp>

namespace fovea::ops {

// `axis` (negative: from the end) against the dimensions of a tensor of `rank`.
constexpr ShapeError check_axis(int64_t axis, int rank) {
  if (axis < -rank || axis >= rank)
    return {"the axis is no dimension of the input {in}",
            "{0} to {1}",
            "{2}",
            "",
            {Shape{-rank}, Shape{rank - 1}, Shape{axis}}};
  return {};
}

// The axis as a dimension, counted from the front; checked before.
constexpr int dimension_of(int64_t axis, int rank) {
  return static_cast<int>(axis < 0 ? axis + rank : axis);
}

} // namespace fovea::ops
