#include "compiler/kernels/expressions.hpp"

#include "compiler/kernels/math.hpp"

#include <bit>
#include <cmath>
#include <limits>

namespace fovea::kernels {

using Halide::cast;
using Halide::Expr;
using Halide::select;
using Halide::Type;
using Halide::Internal::Call;
using Halide::Internal::make_const;

namespace {

bool is_double(const Expr& x) {
  return x.type().bits() == 64;
}

// What has no vector version, float64 and rare functions: one call of the C library a lane.
Expr library_call(const std::string& name, const std::vector<Expr>& args) {
  return Call::make(args[0].type(), is_double(args[0]) ? name : name + "f", args, Call::PureExtern);
}

// Halide takes signed arithmetic of 32 bits and more as exact; unsigned wraps.
Expr wrapping(const Expr& a, const Expr& b, ScalarOp op) {
  const Type type = a.type(), bits = Halide::UInt(type.bits());
  const Expr x = cast(bits, a), y = cast(bits, b);
  return cast(type, op == ScalarOp::add ? x + y : op == ScalarOp::sub ? x - y : x * y);
}

Expr magnitude(const Expr& a) {
  const Type bits = Halide::UInt(a.type().bits());
  return a.type().is_uint() ? a : select(a < 0, make_const(bits, 0) - cast(bits, a), cast(bits, a));
}

// Towards zero; by zero it gives 0; the least number by -1 wraps to itself.
Expr integer_quotient(const Expr& a, const Expr& b) {
  const Type bits = Halide::UInt(a.type().bits());
  const Expr zero = make_const(bits, 0);
  const Expr quotient = select(b == make_const(b.type(), 0), zero,
                               magnitude(a) / Halide::max(magnitude(b), make_const(bits, 1)));
  if (a.type().is_uint())
    return quotient;
  return cast(a.type(), select((a < 0) != (b < 0), zero - quotient, quotient));
}

// Bits of an exponent that may be set: of a constant those up to its highest.
int exponent_bits(const Expr& exponent) {
  if (const auto* constant = exponent.as<Halide::Internal::IntImm>())
    return std::bit_width(static_cast<uint64_t>(std::max<int64_t>(constant->value, 0)));
  if (const auto* constant = exponent.as<Halide::Internal::UIntImm>())
    return std::bit_width(constant->value);
  return exponent.type().bits();
}

// By squaring; a negative exponent gives the truncated quotient: 0, or 1 and -1 of themselves. Each
// square has a name: written out, the last would be a product of 2^63 factors.
Expr integer_power(const Expr& base, const Expr& exponent) {
  const Type type = base.type(), bits = Halide::UInt(type.bits());
  const Expr one = make_const(bits, 1);
  const Expr times = cast(bits, exponent);
  std::vector<std::pair<std::string, Expr>> squares;
  Expr power = one, square = cast(bits, base);
  for (int bit = 0; bit < exponent_bits(exponent); ++bit) {
    squares.emplace_back(Halide::Internal::unique_name("square"), square);
    square = Halide::Internal::Variable::make(bits, squares.back().first);
    power = select((times >> bit & one) == one, power * square, power);
    square = square * square;
  }
  for (auto named = squares.rbegin(); named != squares.rend(); ++named)
    power = Halide::Internal::Let::make(named->first, named->second, power);
  if (type.is_uint())
    return power;
  const Expr odd = (times & one) == one;
  const Expr minus_one = make_const(type, -1);
  const Expr negative = select(base == 1, make_const(type, 1), base == minus_one && odd, minus_one,
                               base == minus_one, make_const(type, 1), make_const(type, 0));
  return select(exponent < 0, negative, cast(type, power));
}

// What that division leaves, with the sign of `a`; 0 by zero.
Expr integer_remainder(const Expr& a, const Expr& b) {
  const Expr multiple = wrapping(b, integer_quotient(a, b), ScalarOp::mul);
  return select(b == make_const(b.type(), 0), make_const(a.type(), 0),
                wrapping(a, multiple, ScalarOp::sub));
}

Expr float_power(const Expr& x, const Expr& y) {
  if (const auto* constant = y.as<Halide::Internal::FloatImm>()) {
    const double n = constant->value;
    if (n == 0.5 || n != std::trunc(n) || std::abs(n) > 4 || n == 0)
      return library_call("pow", {x, y});
    Expr power = x;
    for (int k = 1; k < std::abs(n); ++k)
      power = strict_mul(power, x);
    return n < 0 ? strict_div(make_const(x.type(), 1), power) : power;
  }
  return library_call("pow", {x, y});
}

bool is_ordinary_constant(const Expr& x) {
  const auto* constant = x.as<Halide::Internal::FloatImm>();
  return constant && !std::isnan(constant->value);
}

// NaN wins. maxps gives its second operand where either is NaN or both are equal: it is what the
// last select is, and all where one operand is a constant.
Expr extremum(bool greatest, Expr a, Expr b) {
  if (!a.type().is_float())
    return greatest ? Halide::max(a, b) : Halide::min(a, b);
  const auto beyond = [&](const Expr& x, const Expr& y) {
    return greatest ? strict_less(y, x) : strict_less(x, y);
  };
  if (is_ordinary_constant(a))
    std::swap(a, b);
  if (is_ordinary_constant(b))
    return select(beyond(b, a), b, a);
  return select(strict_is_nan(a), a, chosen(greatest, a, b));
}

// By a power of two, or by zero, which Halide refuses: what multiplication by the reciprocal gives
// is the same.
Expr quotient(const Expr& a, const Expr& b) {
  if (const auto* constant = b.as<Halide::Internal::FloatImm>()) {
    int exponent = 0;
    const bool is_power = std::abs(std::frexp(constant->value, &exponent)) == 0.5;
    const int least = a.type().bits() == 64 ? std::numeric_limits<double>::min_exponent
                                            : std::numeric_limits<float>::min_exponent;
    const bool is_normal = std::abs(exponent) < -least; // and so is the reciprocal
    if (constant->value == 0 || (is_power && is_normal))
      return strict_mul(a, make_const(a.type(), 1 / constant->value));
  }
  return strict_div(a, b);
}

Expr float_op(ScalarOp op, const std::vector<Expr>& args) {
  const Expr& a = args[0];
  switch (op) {
  case ScalarOp::add:
    return strict_add(a, args[1]);
  case ScalarOp::sub:
    return strict_sub(a, args[1]);
  case ScalarOp::mul:
    return strict_mul(a, args[1]);
  case ScalarOp::div:
    return quotient(a, args[1]);
  case ScalarOp::pow:
    return float_power(a, args[1]);
  case ScalarOp::neg:
    return strict_neg(a);
  case ScalarOp::abs:
    return strict_abs(a);
  case ScalarOp::exp:
    return is_double(a) ? library_call("exp", args) : exp_f32(a);
  case ScalarOp::log:
    return is_double(a) ? library_call("log", args) : log_f32(a);
  case ScalarOp::tanh:
    return is_double(a) ? library_call("tanh", args) : tanh_f32(a);
  case ScalarOp::erf:
    return is_double(a) ? library_call("erf", args) : erf_f32(a);
  case ScalarOp::sqrt:
    return Halide::sqrt(a);
  case ScalarOp::floor:
    return Halide::floor(a);
  case ScalarOp::ceil:
    return Halide::ceil(a);
  case ScalarOp::round:
    return Halide::round(a);
  default: // trigonometric, hyperbolic, fmod
    return library_call(std::string(name_of(op)), args);
  }
}

Expr integer_op(ScalarOp op, const std::vector<Expr>& args) {
  const Expr& a = args[0];
  switch (op) {
  case ScalarOp::add:
  case ScalarOp::sub:
  case ScalarOp::mul:
    return wrapping(a, args[1], op);
  case ScalarOp::div:
    return integer_quotient(a, args[1]);
  case ScalarOp::pow:
    return integer_power(a, args[1]);
  case ScalarOp::fmod:
    return integer_remainder(a, args[1]);
  case ScalarOp::neg:
    return wrapping(make_const(a.type(), 0), a, ScalarOp::sub);
  case ScalarOp::abs:
    return cast(a.type(), magnitude(a));
  default: // floor, ceil, round
    return a;
  }
}

// Towards zero; NaN gives 0 and what is out of range the nearest end.
Expr float_to_integer(const Expr& x, Type to) {
  const double low = to.is_uint() ? 0 : -std::ldexp(1, to.bits() - 1);
  const double end = std::ldexp(1, to.is_uint() ? to.bits() : to.bits() - 1);
  const Expr too_high = strict_less_equal(make_const(x.type(), end), x);
  const Expr too_low = strict_less(x, make_const(x.type(), low));
  const Expr inside = select(too_high || too_low || strict_is_nan(x), make_const(x.type(), 0), x);
  return select(too_high, to.max(), too_low, to.min(), cast(to, inside));
}

} // namespace

Type storage_type(DType type) {
  switch (type) {
  case DType::f16:
    return Halide::Float(16);
  case DType::bf16:
    return Halide::BFloat(16);
  case DType::f32:
    return Halide::Float(32);
  case DType::f64:
    return Halide::Float(64);
  case DType::i8:
    return Halide::Int(8);
  case DType::u8:
  case DType::boolean:
    return Halide::UInt(8);
  case DType::i32:
    return Halide::Int(32);
  default:
    return Halide::Int(64);
  }
}

Type compute_type(DType type) {
  if (type == DType::f16 || type == DType::bf16)
    return Halide::Float(32);
  return type == DType::boolean ? Halide::Bool() : storage_type(type);
}

// Halide lets LLVM assume that conversions between floats see no NaN, and a later test for one
// disappears: hence the fences here and in convert_value.
Expr load_value(Expr stored, DType type) {
  if (type == DType::boolean)
    return stored != make_const(stored.type(), 0);
  const Expr value = cast(compute_type(type), std::move(stored));
  return storage_type(type) == compute_type(type) ? value : without_flags(value);
}

Expr store_value(Expr value, DType type) {
  const Type storage = storage_type(type);
  const Expr stored = cast(storage, value);
  if (type != DType::f16 && type != DType::bf16)
    return stored;
  // Halide's emulated rounding carries a NaN's payload over into an infinity.
  const Type bits = Halide::UInt(16);
  const Expr quiet_nan = make_const(bits, type == DType::f16 ? 0x7e00 : 0x7fc0);
  return Halide::reinterpret(
      storage, select(strict_is_nan(value), quiet_nan, Halide::reinterpret(bits, stored)));
}

Expr constant_value(const Node& node) {
  const Type type = compute_type(node.type);
  switch (node.type) {
  case DType::f16:
    return make_const(type, static_cast<double>(Halide::float16_t(node.constant)));
  case DType::bf16:
    return make_const(type, static_cast<double>(Halide::bfloat16_t(node.constant)));
  case DType::f32:
    return make_const(type, static_cast<double>(static_cast<float>(node.constant)));
  case DType::f64:
    return make_const(type, node.constant);
  case DType::boolean:
    return make_const(type, node.integer != 0);
  default:
    return make_const(type, node.integer);
  }
}

Expr convert_value(Expr value, DType from, DType to) {
  if (from == to)
    return value;
  const Type type = compute_type(to);
  if (is_float(to)) {
    Expr result = cast(type, value);
    if (is_float(from) && result.type() != value.type())
      result = without_flags(result);
    const bool rounds = to == DType::f16 || to == DType::bf16;
    return rounds ? cast(type, store_value(result, to)) : result;
  }
  if (to == DType::boolean)
    return is_float(from) ? !strict_equal(value, make_const(value.type(), 0))
                          : value != make_const(value.type(), 0);
  return is_float(from) ? float_to_integer(value, type) : cast(type, value);
}

Expr apply_op(ScalarOp op, DType operand_type, const std::vector<Expr>& args) {
  const bool floats = is_float(operand_type);
  switch (op) {
  case ScalarOp::max:
  case ScalarOp::min:
    return extremum(op == ScalarOp::max, args[0], args[1]);
  case ScalarOp::less:
    return floats ? strict_less(args[0], args[1]) : args[0] < args[1];
  case ScalarOp::less_equal:
    return floats ? strict_less_equal(args[0], args[1]) : args[0] <= args[1];
  case ScalarOp::equal:
    return floats ? strict_equal(args[0], args[1]) : args[0] == args[1];
  case ScalarOp::not_equal:
    return floats ? !strict_equal(args[0], args[1]) : args[0] != args[1];
  case ScalarOp::logical_and:
    return args[0] && args[1];
  case ScalarOp::logical_or:
    return args[0] || args[1];
  case ScalarOp::logical_not:
    return !args[0];
  case ScalarOp::select:
    return select(args[0], args[1], args[2]);
  default:
    break;
  }
  if (operand_type == DType::boolean) { // arithmetic modulo 2^8, and then: whether it is not 0
    std::vector<Expr> bytes;
    for (const Expr& arg : args)
      bytes.push_back(cast(Halide::UInt(8), arg));
    return integer_op(op, bytes) != make_const(Halide::UInt(8), 0);
  }
  return floats ? float_op(op, args) : integer_op(op, args);
}

Expr reduction_identity(ReduceKind kind, DType type) {
  const Type compute = compute_type(type);
  switch (kind) {
  case ReduceKind::sum:
    return make_const(compute, 0);
  case ReduceKind::product:
    return make_const(compute, 1);
  default:
    break;
  }
  const bool max = kind == ReduceKind::max;
  if (type == DType::boolean)
    return make_const(compute, !max);
  if (is_float(type)) {
    constexpr double infinity = std::numeric_limits<double>::infinity();
    return make_const(compute, max ? -infinity : infinity);
  }
  return max ? compute.min() : compute.max();
}

Expr chosen(bool greatest, const Expr& a, const Expr& b) {
  return select(greatest ? strict_less(b, a) : strict_less(a, b), a, b);
}

Expr accumulate(ReduceKind kind, DType type, Expr total, Expr term) {
  switch (kind) {
  case ReduceKind::sum:
    return apply_op(ScalarOp::add, type, {total, term});
  case ReduceKind::product:
    return apply_op(ScalarOp::mul, type, {total, term});
  default: // the term first: of two NaN either will do
    return apply_op(kind == ReduceKind::max ? ScalarOp::max : ScalarOp::min, type, {total, term});
  }
}

} // namespace fovea::kernels
