#pragma once
#include <fovea/equation/index.hpp>

// Several dimensions in one, row by row.
namespace fovea::ops {

// The number of the element at `place` of a tensor of shape `extents`.
template <PackLike T>
auto row_major(const T& place, const Shape& extents) {
  IndexValue<typename T::letters> number;
  const auto each = detail::to_pack(place).exprs;
  for (int d = 0; d < extents.rank(); ++d)
    number.expr = number.expr * extents[d] + each[static_cast<size_t>(d)];
  return number;
}

// The place of the element `number`, which is below extents.elements().
template <IndexLike T>
auto unravelled(const T& number, const Shape& extents) {
  PackValue<typename T::letters> place;
  int64_t inner = extents.elements();
  for (int64_t extent : extents) {
    inner /= extent;
    place.exprs.push_back(mod(floor_div(detail::to_value(number).expr, inner), extent));
  }
  return place;
}

} // namespace fovea::ops
