#pragma once
#include <fovea/shape.hpp>

#include <random>

namespace fovea::testing {

enum class Sprinkle {
  none,
  special, // among the floats +-0, denormals, huge numbers, infinities and NaN
};

struct ValueRange {
  double low = -1, high = 1; // of floats; integers take every value of their type
};

// Fills `data` with `count` random elements of `type`.
void fill(void* data, DType type, int64_t count, ValueRange range, Sprinkle sprinkle,
          std::mt19937_64& engine);

} // namespace fovea::testing
