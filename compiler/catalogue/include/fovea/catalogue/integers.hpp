#pragma once
#include <algorithm>
#include <cstdint>

// Arithmetic of extents.
namespace fovea::catalogue {

// How many steps of `step` >= 1 cover `extent` >= 0.
constexpr int64_t ceiling_quotient(int64_t extent, int64_t step) {
  return (extent + step - 1) / step;
}

// Of `number` >= 1, the largest one up to `limit`.
constexpr int64_t largest_divisor(int64_t number, int64_t limit) {
  for (int64_t divisor = std::min(number, limit); divisor > 1; --divisor)
    if (number % divisor == 0)
      return divisor;
  return 1;
}

} // namespace fovea::catalogue
