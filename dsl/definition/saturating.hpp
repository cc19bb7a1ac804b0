#pragma once
#include <cstdint>
#include <limits>

// int64 arithmetic that stops at the ends of the range, so that sizes from hostile files meet
// limits and not undefined behaviour; and division that rounds towards minus infinity.
namespace fovea::saturating {

inline constexpr int64_t lowest = std::numeric_limits<int64_t>::min();
inline constexpr int64_t highest = std::numeric_limits<int64_t>::max();

inline int64_t add(int64_t a, int64_t b) {
  int64_t sum = 0;
  return __builtin_add_overflow(a, b, &sum) ? (b < 0 ? lowest : highest) : sum;
}

inline int64_t multiply(int64_t a, int64_t b) {
  int64_t product = 0;
  return __builtin_mul_overflow(a, b, &product) ? ((a < 0) != (b < 0) ? lowest : highest) : product;
}

// For divisor > 0.
inline int64_t floor_quotient(int64_t a, int64_t divisor) {
  return a / divisor - (a % divisor < 0 ? 1 : 0);
}
inline int64_t floor_remainder(int64_t a, int64_t divisor) {
  const int64_t remainder = a % divisor;
  return remainder < 0 ? remainder + divisor : remainder;
}

} // namespace fovea::saturating
