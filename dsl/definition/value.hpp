#pragma once
#include <fovea/definition/interpreter.hpp>

#include <cmath>
#include <limits>

// What the interpreter asks of a value and its error bound.
namespace fovea::arithmetic {

inline constexpr double infinity = std::numeric_limits<double>::infinity();

// Marks, in `integer`, a float that is infinite because a product of finite numbers overflowed. A
// sum may contract such a product (fused multiply-add), and then it does not overflow.
inline constexpr int64_t overflowed_product = 1;

inline bool is_nan(const Value& value) {
  return std::isnan(value.real);
}
inline bool certain_nan(const Value& value) {
  return is_nan(value) && value.error == 0;
}
inline bool may_be_zero(const Value& value) {
  return value.error > 0 && std::abs(value.real) <= value.error;
}

// 0 times infinity is 0 here: an exact factor carries no error along.
inline double scaled(double factor, double error) {
  return error == 0 || factor == 0 ? 0 : std::abs(factor) * error;
}

// How far apart two results are; equal infinities and two NaN are not.
inline double distance(double a, double b) {
  if (a == b || (std::isnan(a) && std::isnan(b)))
    return 0;
  const double size = std::abs(a - b);
  return std::isnan(size) ? infinity : size;
}

// Distance of integers.
inline double distance(const Value& a, const Value& b) {
  return std::abs(static_cast<double>(a.integer) - static_cast<double>(b.integer));
}

// A result that an implementation gives exactly, or may miss by anything.
inline Value special(double real, bool certain) {
  return {real, certain ? 0 : infinity, 0};
}
inline Value truth(bool value, bool certain) {
  return {0, certain ? 0 : infinity, value};
}

} // namespace fovea::arithmetic
