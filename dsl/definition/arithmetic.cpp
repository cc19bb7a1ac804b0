#include "dsl/definition/arithmetic.hpp"

#include "dsl/definition/value.hpp"

#include <algorithm>
#include <bit>
#include <cfloat>
#include <cmath>

namespace fovea::arithmetic {
namespace {

// Certain unless the arguments' intervals meet.
Value compare(ScalarOp op, DType type, const Value& a, const Value& b) {
  const bool floats = is_float(type);
  const double gap = floats ? distance(a.real, b.real) : distance(a, b);
  const bool certain = (a.error == 0 && b.error == 0) || certain_nan(a) || certain_nan(b) ||
                       (!is_nan(a) && !is_nan(b) && gap > a.error + b.error);
  const auto decide = [op](auto x, auto y) {
    switch (op) {
    case ScalarOp::less:
      return x < y;
    case ScalarOp::less_equal:
      return x <= y;
    case ScalarOp::equal:
      return x == y;
    default:
      return x != y;
    }
  };
  return truth(floats ? decide(a.real, b.real) : decide(a.integer, b.integer), certain);
}

Value combine(ScalarOp op, const Value& a, const Value& b) {
  if (op == ScalarOp::logical_not)
    return truth(!a.integer, a.error == 0);
  const int64_t decisive = op == ScalarOp::logical_or;
  const bool decided = (a.error == 0 && (a.integer != 0) == decisive) ||
                       (b.error == 0 && (b.integer != 0) == decisive);
  const bool value = decisive ? a.integer || b.integer : a.integer && b.integer;
  return truth(value, decided || (a.error == 0 && b.error == 0));
}

Value to_integer(const Value& value, DType to) {
  if (to == DType::boolean)
    return truth(value.real != 0, value.error == 0 || (!is_nan(value) && !may_be_zero(value)));
  const double low = to == DType::u8 ? 0 : -std::ldexp(1, static_cast<int>(size_of(to)) * 8 - 1);
  const double end = to == DType::u8 ? 256 : -low; // the first that is too large
  const auto integer = [&](double real) -> int64_t {
    if (std::isnan(real))
      return 0;
    if (real >= end)
      return to == DType::i64 ? std::numeric_limits<int64_t>::max() : static_cast<int64_t>(end) - 1;
    return static_cast<int64_t>(std::max(real, low));
  };
  const int64_t result = integer(value.real);
  if (value.error == 0)
    return {0, 0, result};
  if (!std::isfinite(value.error))
    return {0, infinity, result};
  const double most = static_cast<double>(integer(value.real + value.error));
  const double least = static_cast<double>(integer(value.real - value.error));
  const double middle = static_cast<double>(result);
  return {0, std::max(most - middle, middle - least), result};
}

} // namespace

Value convert(const Value& value, DType from, DType to) {
  if (from == to)
    return value;
  if (is_float(from) && is_float(to))
    return rounded(to, value.real, value.error, 1);
  if (is_float(from))
    return to_integer(value, to);
  if (is_float(to))
    return rounded(to, static_cast<double>(value.integer), value.error, 1);
  const int64_t result = wrapped(value.integer, to);
  if (value.error == 0)
    return {0, 0, result};
  if (to == DType::boolean)
    return truth(result, std::abs(static_cast<double>(value.integer)) > value.error);
  return {0, integer_error(ScalarOp::floor, to, value, {}, result), result};
}

Value apply(ScalarOp op, DType type, DType argument_type, const Value& a, const Value& b) {
  switch (op) {
  case ScalarOp::less:
  case ScalarOp::less_equal:
  case ScalarOp::equal:
  case ScalarOp::not_equal:
    return compare(op, argument_type, a, b);
  case ScalarOp::logical_and:
  case ScalarOp::logical_or:
  case ScalarOp::logical_not:
    return combine(op, a, b);
  default:
    return is_float(type) ? float_operation(op, type, a, b) : integer_operation(op, type, a, b);
  }
}

Value either(const Value& chosen, const Value& other, DType type) {
  const double gap = is_float(type) ? distance(chosen.real, other.real) : distance(chosen, other);
  return {chosen.real, gap + std::max(chosen.error, other.error), chosen.integer};
}

} // namespace fovea::arithmetic
