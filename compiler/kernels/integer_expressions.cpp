#include "compiler/kernels/integer_expressions.hpp"

#include "compiler/kernels/expressions.hpp"

#include <algorithm>

namespace fovea::kernels {

using Halide::cast;
using Halide::Expr;
using Halide::Type;
using Halide::Internal::make_const;

namespace {

// One that holds both.
Type common_type(const IntegerRange& a, const IntegerRange& b) {
  return type_of({std::min(a.low, b.low), std::max(a.high, b.high)});
}

Expr extremum(bool greatest, const IntegerRange& range, const BoundedInteger& a,
              const BoundedInteger& b) {
  // A number that changes nothing. What varies stays, as Halide wants to see a reduction's indices.
  const auto changes = [&](const BoundedInteger& number, const IntegerRange& other) {
    const IntegerRange& own = number.range;
    return !Halide::Internal::is_const(number.value) ||
           (greatest ? own.high > other.low : own.low < other.high);
  };
  if (!changes(b, a.range))
    return cast(type_of(range), a.value);
  if (!changes(a, b.range))
    return cast(type_of(range), b.value);
  const Type type = common_type(a.range, b.range);
  const Expr x = cast(type, a.value), y = cast(type, b.value);
  return cast(type_of(range), greatest ? Halide::max(x, y) : Halide::min(x, y));
}

} // namespace

// 32 bits without sign are not needed, and of those with sign Halide knows that none wraps.
Type type_of(const IntegerRange& range) {
  const int bits = 8 * static_cast<int>(range.bytes());
  return range.is_signed() || bits == 32 ? Halide::Int(bits) : Halide::UInt(bits);
}

Expr integer_operation(ScalarOp op, const IntegerRange& range,
                       const std::vector<BoundedInteger>& args) {
  const Type type = type_of(range);
  const BoundedInteger &first = args[0], &second = args.back();
  // In the widest type of all: of 8 and 16 bits what has wrapped before is right again in the end.
  const Type wide = type.with_bits(
      std::max({type.bits(), first.value.type().bits(), second.value.type().bits()}));
  const Expr a = cast(wide, first.value), b = cast(wide, second.value);
  switch (op) {
  case ScalarOp::add:
    return cast(type, a + b);
  case ScalarOp::sub:
    return cast(type, a - b);
  case ScalarOp::mul:
    return cast(type, a * b);
  case ScalarOp::neg:
    return cast(type, make_const(wide, 0) - a);
  case ScalarOp::abs:
    return cast(type, Halide::abs(first.value));
  case ScalarOp::max:
  case ScalarOp::min:
    return extremum(op == ScalarOp::max, range, first, second);
  default: // floor, ceil, round
    return cast(type, first.value);
  }
}

Expr integer_comparison(ScalarOp op, const BoundedInteger& a, const BoundedInteger& b) {
  const Type type = common_type(a.range, b.range);
  return apply_op(op, DType::i32, {cast(type, a.value), cast(type, b.value)});
}

Expr saturated(const BoundedInteger& a, const IntegerRange& range) {
  const auto number = [](int64_t value) {
    return BoundedInteger{make_const(type_of({value, value}), value), {value, value}};
  };
  const IntegerRange above{std::max(a.range.low, range.low), std::max(a.range.high, range.low)};
  const BoundedInteger not_less{extremum(true, above, a, number(range.low)), above};
  const IntegerRange result{std::min(above.low, range.high), std::min(above.high, range.high)};
  return extremum(false, result, not_less, number(range.high));
}

Expr quotient_of(const RoundedQuotient& form, const Expr& argument, const IntegerRange& range) {
  const Type bits = Halide::UInt(16);
  const auto quotient = [&](const Expr& y) {
    const Expr high =
        form.multiplier == 0
            ? y
            : Halide::mul_shift_right(y, make_const(bits, form.multiplier), make_const(bits, 16));
    return form.shift == 0 ? high : high >> make_const(bits, form.shift);
  };
  // What wraps is right again with the origin added.
  const Expr y = cast(bits, argument) + make_const(bits, form.origin & 0xffff);
  const Expr result =
      form.to_even
          ? quotient(y + make_const(bits, *form.to_even) + (quotient(y) & make_const(bits, 1)))
          : quotient(y);
  return cast(type_of(range), result + make_const(bits, form.offset & 0xffff));
}

} // namespace fovea::kernels
