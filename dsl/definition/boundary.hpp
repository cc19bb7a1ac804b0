#pragma once
#include "dsl/definition/saturating.hpp"

#include <fovea/definition/definition.hpp>

#include <algorithm>
#include <optional>

namespace fovea {

// `index`, which lies outside 0 .. extent-1, brought into it by a rule other than fill; reflect
// does not repeat the edge.
inline int64_t folded(int64_t index, int64_t extent, Boundary boundary) {
  if (boundary == Boundary::clamp)
    return index < 0 ? 0 : extent - 1;
  if (boundary == Boundary::wrap)
    return saturating::floor_remainder(index, extent);
  const int64_t period = std::max<int64_t>(2 * (extent - 1), 1);
  const int64_t place = saturating::floor_remainder(index, period);
  return place < extent ? place : period - place;
}

// Where a read at `index` of a dimension finds its element; none where Boundary::fill gives it a
// value of its own.
inline std::optional<int64_t> place_within(int64_t index, int64_t extent, Boundary boundary) {
  if (index >= 0 && index < extent)
    return index;
  return boundary == Boundary::fill ? std::nullopt : std::optional(folded(index, extent, boundary));
}

} // namespace fovea
