#include "dsl/definition/arithmetic.hpp"

#include "dsl/definition/value.hpp"

#include <algorithm>
#include <bit>
#include <cfloat>
#include <cmath>

namespace fovea::arithmetic {
namespace {

constexpr double own_unit = 0x1p-53; // of the interpreter's double arithmetic

// f16 keeps its denormals everywhere we know of; the others may be flushed to zero.
constexpr FloatFormat formats[] = {
    {0x1p-11 + own_unit, 65520.0, 0x1p-14, 0x1p-24, 42},        // f16
    {0x1p-8 + own_unit, 0x1.ffp127, FLT_MIN, FLT_MIN, 45},      // bf16
    {0x1p-24 + own_unit, 0x1.ffffffp127, FLT_MIN, FLT_MIN, 29}, // f32
    {0x1p-53 + own_unit, infinity, DBL_MIN, DBL_MIN, 0},        // f64
};

// Implementations round correctly, so an exact result that the type can hold has no error.
bool representable(const FloatFormat& format, double real) {
  const uint64_t dropped = (uint64_t{1} << format.dropped_bits) - 1;
  return real == 0 ||
         (std::abs(real) >= format.least_normal && (std::bit_cast<uint64_t>(real) & dropped) == 0);
}

// Result of an arithmetic operation one of whose arguments is not finite.
Value special_binary(ScalarOp op, double real, const Value& a, const Value& b) {
  bool certain = std::isfinite(a.error) && std::isfinite(b.error);
  if (op == ScalarOp::mul) // infinity times what may be zero, or of either sign
    certain = certain && !may_be_zero(a) && !may_be_zero(b);
  if (op == ScalarOp::div)
    certain = certain && !may_be_zero(b);
  return special(real, certain || certain_nan(a) || certain_nan(b));
}

Value divide(DType type, const Value& a, const Value& b) {
  const double real = a.real / b.real;
  if (b.real == 0 && b.error == 0)
    return special(real, !may_be_zero(a) && std::isfinite(a.error));
  if (may_be_zero(b))
    return special(real, false);
  return rounded(type, real, (a.error + scaled(real, b.error)) / (std::abs(b.real) - b.error), 1);
}

// x^y for an interval of bases and exponents: monotone in each, so its extremes stand in corners;
// where the base's interval holds zero or less, only exact integer exponents have a finite bound.
Value power(DType type, const Value& a, const Value& b) {
  const double real = std::pow(a.real, b.real);
  if (!std::isfinite(a.error) || !std::isfinite(b.error))
    return special(real, false);
  double moved = 0;
  if (a.error > 0 || b.error > 0) {
    const bool positive = a.real - a.error > 0;
    if (!positive && (b.error > 0 || b.real != std::trunc(b.real)))
      return special(real, false);
    for (double x : {a.real - a.error, a.real + a.error})
      for (double y : {b.real - b.error, b.real + b.error})
        moved = std::max(moved, distance(std::pow(x, y), real));
    if (!positive && a.real + a.error >= 0)
      moved = std::max(moved, distance(std::pow(0.0, b.real), real));
    // Differences of nearly equal doubles lose what the derivatives still tell.
    if (a.real != 0 && std::isfinite(real))
      moved = std::max(moved, scaled(real * b.real / a.real, a.error));
    if (positive && std::isfinite(real))
      moved = std::max(moved, scaled(real * std::log(a.real), b.error));
  }
  return rounded(type, real, moved, 2 * function_ulps);
}

// What truncated division leaves is exact. It jumps where the quotient passes an integer, and
// moves by the quotient times what the divisor moves.
Value remainder(DType type, const Value& a, const Value& b) {
  const double real = std::fmod(a.real, b.real);
  if (a.error == 0 && b.error == 0)
    return rounded(type, real, 0, 1);
  const double quotient = std::trunc(a.real / b.real);
  bool certain = std::isfinite(quotient) && !may_be_zero(b);
  for (double x : {a.real - a.error, a.real + a.error})
    for (double y : {b.real - b.error, b.real + b.error})
      certain = certain && std::trunc(x / y) == quotient;
  if (!certain)
    return special(real, false);
  return rounded(type, real, a.error + scaled(quotient, b.error), 1);
}

double evaluate(ScalarOp op, double x) {
  switch (op) {
  case ScalarOp::exp:
    return std::exp(x);
  case ScalarOp::log:
    return std::log(x);
  case ScalarOp::sqrt:
    return std::sqrt(x);
  case ScalarOp::tanh:
    return std::tanh(x);
  case ScalarOp::erf:
    return std::erf(x);
  case ScalarOp::sin:
    return std::sin(x);
  case ScalarOp::cos:
    return std::cos(x);
  case ScalarOp::tan:
    return std::tan(x);
  case ScalarOp::asin:
    return std::asin(x);
  case ScalarOp::acos:
    return std::acos(x);
  case ScalarOp::atan:
    return std::atan(x);
  case ScalarOp::sinh:
    return std::sinh(x);
  case ScalarOp::cosh:
    return std::cosh(x);
  case ScalarOp::asinh:
    return std::asinh(x);
  case ScalarOp::acosh:
    return std::acosh(x);
  case ScalarOp::atanh:
    return std::atanh(x);
  case ScalarOp::floor:
    return std::floor(x);
  case ScalarOp::ceil:
    return std::ceil(x);
  default:
    return std::nearbyint(x); // ties to even: nobody changes the rounding mode
  }
}

// Its size at x, where the function is y.
double derivative(ScalarOp op, double x, double y) {
  switch (op) {
  case ScalarOp::exp:
    return y;
  case ScalarOp::log:
    return 1 / x;
  case ScalarOp::sqrt:
    return 0.5 / y;
  case ScalarOp::tanh:
    return 1 - y * y;
  case ScalarOp::erf:
    return 2 / std::sqrt(M_PI) * std::exp(-x * x);
  case ScalarOp::tan:
    return 1 + y * y;
  case ScalarOp::asin:
  case ScalarOp::acos:
    return 1 / std::sqrt(1 - x * x);
  case ScalarOp::atan:
    return 1 / (1 + x * x);
  case ScalarOp::sinh:
    return std::cosh(x);
  case ScalarOp::cosh:
    return std::sinh(x);
  case ScalarOp::asinh:
    return 1 / std::sqrt(x * x + 1);
  case ScalarOp::acosh:
    return 1 / std::sqrt(x * x - 1);
  case ScalarOp::atanh:
    return 1 / (1 - x * x);
  default:
    return 0;
  }
}

// What lies between the ends of the interval: tan is unbounded at a pole; the others are monotone,
// but for cosh about 0.
double moved_inside(ScalarOp op, double real, const Value& a) {
  const double low = a.real - a.error, high = a.real + a.error;
  switch (op) {
  case ScalarOp::tan: {
    const bool far = std::max(std::abs(low), std::abs(high)) > 0x1p30; // branches blur
    return far || std::floor(low / M_PI + 0.5) != std::floor(high / M_PI + 0.5) ? infinity : 0;
  }
  case ScalarOp::cosh:
    return low < 0 && high > 0 ? distance(1, real) : 0;
  default:
    return 0;
  }
}

// Of monotone functions an interval's extremes stand at its ends.
Value function(ScalarOp op, DType type, const Value& a) {
  const double real = evaluate(op, a.real);
  if (!std::isfinite(a.error))
    return special(real, false);
  double moved = 0;
  if (op == ScalarOp::sin || op == ScalarOp::cos) {
    moved = std::min(2.0, a.error); // no more than their argument
  } else if (a.error > 0) {
    for (double x : {a.real - a.error, a.real + a.error})
      moved = std::max(moved, distance(evaluate(op, x), real));
    moved = std::max(moved, moved_inside(op, real, a));
    if (std::isfinite(real))
      moved = std::max(moved, scaled(derivative(op, a.real, real), a.error));
  }
  if (op == ScalarOp::floor || op == ScalarOp::ceil || op == ScalarOp::round) // exact
    return {real, moved, 0};
  return rounded(type, real, moved, op == ScalarOp::sqrt ? 1 : 2 * function_ulps);
}

Value extremum(bool greater, const Value& a, const Value& b) {
  if (is_nan(a) || is_nan(b)) {
    const bool certain = certain_nan(a) || certain_nan(b);
    return special(std::numeric_limits<double>::quiet_NaN(), certain);
  }
  const bool first = greater ? a.real >= b.real : a.real <= b.real;
  const Value& winner = first ? a : b;
  if (distance(a.real, b.real) > a.error + b.error)
    return winner;
  return {winner.real, std::max(a.error, b.error), 0};
}

} // namespace

const FloatFormat& format_of(DType type) {
  return formats[static_cast<size_t>(type)];
}

Value rounded(DType type, double real, double moved, double roundings) {
  const FloatFormat& format = format_of(type);
  if (std::isnan(moved))
    moved = infinity;
  if (std::isnan(real))
    return special(real, moved == 0);
  if (std::isinf(real))
    return special(real, moved == 0);
  const double size = std::abs(real);
  // The last rounding is the one that overflows: it is in the threshold already.
  const double before = moved + (roundings - 1) * format.unit * (size + moved);
  if (size >= format.overflow)
    return special(std::copysign(infinity, real), before == 0 || size - before >= format.overflow);
  if (size + before >= format.overflow)
    return special(real, false);
  if (roundings <= 1 && moved == 0 && representable(format, real))
    return {real, 0, 0};
  double error = moved + roundings * format.unit * (size + moved);
  if (size - error < format.least_normal && size + error > 0) // of the least doubles, error is 0
    error += format.underflow;
  return {real, error, 0};
}

Value float_operation(ScalarOp op, DType type, const Value& a, const Value& b) {
  double real = 0, moved = a.error + b.error;
  switch (op) {
  case ScalarOp::add:
    real = a.real + b.real;
    break;
  case ScalarOp::sub:
    real = a.real - b.real;
    break;
  case ScalarOp::mul:
    real = a.real * b.real;
    moved = scaled(a.real, b.error) + scaled(b.real, a.error) + scaled(a.error, b.error);
    break;
  case ScalarOp::div:
    real = a.real / b.real;
    break;
  case ScalarOp::max:
  case ScalarOp::min:
    return extremum(op == ScalarOp::max, a, b);
  case ScalarOp::pow:
    return power(type, a, b);
  case ScalarOp::fmod:
    return remainder(type, a, b);
  case ScalarOp::neg:
    return {-a.real, a.error, 0};
  case ScalarOp::abs:
    return {std::abs(a.real), a.error, 0};
  default:
    return function(op, type, a);
  }
  if (!std::isfinite(a.real) || !std::isfinite(b.real))
    return special_binary(op, real, a, b);
  if (op == ScalarOp::div)
    return divide(type, a, b);
  Value result = rounded(type, real, moved, 1);
  if (op == ScalarOp::mul && !std::isfinite(result.real))
    result.integer = overflowed_product;
  return result;
}

} // namespace fovea::arithmetic
