#include "dsl/definition/arithmetic.hpp"

#include "dsl/definition/value.hpp"

#include <algorithm>
#include <bit>
#include <cfloat>
#include <cmath>

namespace fovea::arithmetic {
namespace {

// By squaring, modulo 2^64; a negative exponent gives the truncated quotient.
uint64_t integer_power(int64_t base, int64_t exponent) {
  if (exponent < 0)
    return base == 1 ? 1 : base == -1 ? (exponent % 2 ? ~uint64_t{0} : 1) : 0;
  uint64_t power = 1;
  for (uint64_t square = static_cast<uint64_t>(base); exponent; exponent >>= 1, square *= square)
    if (exponent & 1)
      power *= square;
  return power;
}

// C's division, towards zero; by zero it gives 0, and the least number by -1 wraps to itself.
uint64_t quotient(int64_t a, int64_t b) {
  return b == 0 ? 0 : b == -1 ? -static_cast<uint64_t>(a) : static_cast<uint64_t>(a / b);
}

uint64_t exact_integer(ScalarOp op, int64_t a, int64_t b) {
  const uint64_t x = static_cast<uint64_t>(a), y = static_cast<uint64_t>(b);
  switch (op) {
  case ScalarOp::add:
    return x + y;
  case ScalarOp::sub:
    return x - y;
  case ScalarOp::mul:
    return x * y;
  case ScalarOp::div:
    return quotient(a, b);
  case ScalarOp::max:
    return static_cast<uint64_t>(std::max(a, b));
  case ScalarOp::min:
    return static_cast<uint64_t>(std::min(a, b));
  case ScalarOp::pow:
    return integer_power(a, b);
  case ScalarOp::fmod:
    return b == 0 ? 0 : x - y * quotient(a, b);
  case ScalarOp::neg:
    return -x;
  case ScalarOp::abs:
    return a < 0 ? -x : x;
  default: // floor, ceil, round
    return x;
  }
}

} // namespace

int64_t wrapped(int64_t value, DType type) {
  switch (type) {
  case DType::i8:
    return static_cast<int8_t>(value);
  case DType::u8:
    return static_cast<uint8_t>(value);
  case DType::i32:
    return static_cast<int32_t>(value);
  case DType::boolean:
    return value != 0;
  default:
    return value;
  }
}

// An uncertain integer came from rounding an uncertain float (say, 3 or 4): sums, differences and
// products keep a bound as long as nothing near wraps.
double integer_error(ScalarOp op, DType type, const Value& a, const Value& b, int64_t result) {
  const double x = static_cast<double>(a.integer), y = static_cast<double>(b.integer);
  double error = a.error + b.error, exact = x;
  switch (op) {
  case ScalarOp::add:
    exact = x + y;
    break;
  case ScalarOp::sub:
    exact = x - y;
    break;
  case ScalarOp::mul:
    exact = x * y;
    error = scaled(x, b.error) + scaled(y, a.error) + scaled(a.error, b.error);
    break;
  case ScalarOp::max:
  case ScalarOp::min:
    return std::max(a.error, b.error);
  case ScalarOp::neg:
    exact = -x;
    break;
  case ScalarOp::abs:
    exact = std::abs(x);
    break;
  case ScalarOp::floor:
  case ScalarOp::ceil:
  case ScalarOp::round:
    break;
  default:
    return infinity;
  }
  const auto fits = [&](double value) {
    return std::abs(value) < 0x1p53 &&
           wrapped(static_cast<int64_t>(value), type) == static_cast<int64_t>(value);
  };
  const bool safe = exact == static_cast<double>(result) && type != DType::boolean &&
                    fits(exact - error) && fits(exact + error);
  return safe ? error : infinity;
}

Value integer_operation(ScalarOp op, DType type, const Value& a, const Value& b) {
  const int64_t result =
      wrapped(static_cast<int64_t>(exact_integer(op, a.integer, b.integer)), type);
  const bool exact = a.error == 0 && b.error == 0;
  return {0, exact ? 0 : integer_error(op, type, a, b, result), result};
}

} // namespace fovea::arithmetic
