#include "compiler/kernels/math.hpp"

#include <initializer_list>
#include <limits>

// Coefficients: least squares on Chebyshev nodes, reweighted by the residuals until these are level
// (Lawson's algorithm: a minimax fit), with the weight that makes the *function's* relative error
// level; then rounded to float. In numpy:
//   x = (a+b)/2 + (b-a)/2 cos(pi (k+1/2) / n);  V = vander(x);  l = 1
//   60 times: c = lstsq(V * sqrt(l) w, y sqrt(l) w);  l *= |V c - y| w;  l /= mean(l)
namespace fovea::kernels {

using Halide::cast;
using Halide::Expr;
using Halide::Float;
using Halide::Int;
using Halide::reinterpret;
using Halide::select;
using Halide::UInt;
using Halide::Internal::Call;
using Halide::Internal::make_const;

namespace {

Expr strict(Call::IntrinsicOp op, Halide::Type type, Expr a, Expr b) {
  return Call::make(type, op, {std::move(a), std::move(b)}, Call::PureIntrinsic);
}

// c0 + c1 x + c2 x^2 ..., by Horner's rule, in multiply-adds where the target has them: Halide's
// own operations, whose flags say that nothing is NaN or infinite. So x must be finite, or the
// value not be chosen.
Expr polynomial(const Expr& x, std::initializer_list<float> coefficients) {
  auto c = std::rbegin(coefficients);
  Expr value = Expr(*c);
  for (++c; c != std::rend(coefficients); ++c)
    value = value * x + Expr(*c);
  return value;
}

// NaN gives the limit: what follows is finite.
Expr at_most(const Expr& x, float limit) {
  return select(strict_less(x, Expr(limit)), x, Expr(limit));
}
Expr at_least(const Expr& x, float limit) {
  return select(strict_less(Expr(limit), x), x, Expr(limit));
}

constexpr float infinity = std::numeric_limits<float>::infinity();
constexpr float nan = std::numeric_limits<float>::quiet_NaN();
// ln 2 = high + low; high has 10 bits, so that its products with exponents are exact.
constexpr float ln2_high = 0.693359375f, ln2_low = -2.12194440e-4f;

} // namespace

Expr strict_add(Expr a, Expr b) {
  return strict(Call::strict_add, a.type(), a, b);
}
Expr strict_sub(Expr a, Expr b) {
  return strict(Call::strict_sub, a.type(), a, b);
}
Expr strict_mul(Expr a, Expr b) {
  return strict(Call::strict_mul, a.type(), a, b);
}
Expr strict_div(Expr a, Expr b) {
  return strict(Call::strict_div, a.type(), a, b);
}
Expr strict_less(Expr a, Expr b) {
  return strict(Call::strict_lt, Halide::Bool(), a, b);
}
// Not Call::strict_le: Halide 21 turns that into !(b < a), which is true of NaN.
Expr strict_less_equal(Expr a, Expr b) {
  return strict_less(a, b) || strict_equal(a, b);
}
Expr strict_equal(Expr a, Expr b) {
  return strict(Call::strict_eq, Halide::Bool(), a, b);
}
Expr strict_is_nan(const Expr& x) {
  return !strict_equal(x, x);
}

Expr strict_neg(const Expr& x) {
  const Halide::Type bits = UInt(x.type().bits());
  return reinterpret(x.type(),
                     reinterpret(bits, x) ^ (make_const(bits, 1) << (x.type().bits() - 1)));
}

Expr strict_abs(const Expr& x) {
  const Halide::Type bits = UInt(x.type().bits());
  const uint64_t mask = bits.bits() == 64 ? ~uint64_t{0} >> 1 : ~uint64_t{0} >> 33;
  return reinterpret(x.type(), reinterpret(bits, x) & make_const(bits, mask));
}

Expr fused_multiply_add(Expr a, Expr b, Expr c) {
  const Halide::Type type = a.type();
  const char* name = type.bits() == 64 ? "llvm.fma.f64" : "llvm.fma.f32";
  return Call::make(type, name, {std::move(a), std::move(b), std::move(c)}, Call::PureExtern);
}

Expr without_flags(Expr value) {
  const Halide::Type type = value.type();
  return Call::make(type, flag_fence, {std::move(value)}, Call::PureExtern);
}

// Not a pure call: of those Halide follows the arguments.
Expr without_bounds(Expr value) {
  const Halide::Type type = value.type();
  return Call::make(type, bounds_fence, {std::move(value)}, Call::Extern);
}

// x = n ln 2 + r, |r| <= ln(2)/2; exp(x) = 2^n (1 + r + r^2 P(r)). A sum with 1.5 2^23 is rounded
// to an integer and has it in its last bits, whence they go to the exponent. Subnormal results are
// 0. What is no finite result is computed for nothing, and not chosen.
Expr exp_f32(const Expr& x) {
  constexpr float least = -87.336540f, most = 88.722836f; // of finite, normal results
  constexpr float last_bits = 12582912.0f;
  const Expr shifted = x * Expr(1.442695041f) + Expr(last_bits);
  const Expr whole = strict_sub(shifted, Expr(last_bits)); // strict: else it would be the product
  // Strict: no one may join the two halves of ln 2.
  const Expr r = strict_sub(x, strict_mul(whole, Expr(ln2_high))) - whole * Expr(ln2_low);
  const Expr mantissa = polynomial(r, {1.0f, 1.0f, 4.999999404e-01f, 1.666652113e-01f,
                                       4.166838899e-02f, 8.368745446e-03f, 1.381453942e-03f});
  const Expr value = reinterpret(Float(32), reinterpret(UInt(32), mantissa) +
                                                (reinterpret(UInt(32), shifted) << 23));
  // x + infinity: NaN stays.
  return select(strict_less(x, Expr(least)), Expr(0.0f),
                select(strict_less(x, Expr(most)), value, strict_add(x, Expr(infinity))));
}

// x = 2^e (1 + f), sqrt(1/2) <= 1 + f < sqrt(2); log(1 + f) = f - f^2/2 + f^3 P(f).
Expr log_f32(const Expr& x) {
  const Expr small = strict_less(x, Expr(std::numeric_limits<float>::min()));
  const Expr scaled = select(small, strict_mul(x, Expr(8388608.0f)), x); // denormals: times 2^23
  const Expr bits = reinterpret(Int(32), scaled);
  const Expr e = (bits - 0x3f3504f3) >> 23;
  const Expr f = strict_sub(reinterpret(Float(32), bits - (e << 23)), Expr(1.0f));
  const Expr exponent = cast(Float(32), e - select(small, 23, 0));
  const Expr p = polynomial(f, {3.333331048e-01f, -2.499998659e-01f, 2.000222653e-01f,
                                -1.666925102e-01f, 1.421865821e-01f, -1.238434836e-01f,
                                1.187297627e-01f, -1.178980768e-01f, 6.915368140e-02f});
  const Expr square = f * f;
  const Expr tail = (square * f) * p + (exponent * Expr(ln2_low) - square * Expr(0.5f));
  const Expr value = strict_add(strict_add(tail, f), strict_mul(exponent, Expr(ln2_high)));
  const Expr positive = strict_less(Expr(0.0f), x);
  const Expr special = select(strict_equal(x, Expr(0.0f)), Expr(-infinity), Expr(nan));
  // NaN is neither positive nor zero.
  return select(positive, select(strict_equal(x, Expr(infinity)), x, value), special);
}

// x P(x^2) / Q(x^2), from tanh(x) / x on |x| <= 7.9 by the same reweighting, with Q times the
// error: within 3.4 ulp (6.8 roundings, all floats tried), never beyond 1. A way by exp takes twice
// as long.
Expr tanh_f32(const Expr& x) {
  constexpr float end = 7.9f; // beyond, tanh is 1 to within the error allowed
  const Expr near = at_least(at_most(x, end), -end);
  const Expr square = strict_mul(near, near);
  const Expr p = polynomial(
      square, {1.0f, 1.345063001e-01f, 3.579002572e-03f, 2.202342148e-05f, 1.542822581e-08f});
  const Expr q = polynomial(
      square, {1.0f, 4.678395689e-01f, 2.619227767e-02f, 3.423667804e-04f, 8.598881323e-07f});
  return select(strict_is_nan(x), x, strict_div(near * p, q));
}

// x + x Q(x^2) where |x| < 0.875, else 1 - exp(log(erfc(|x|))), the logarithm a polynomial of
// |x| - 0.875; from 4 on erf rounds to 1.
Expr erf_f32(const Expr& x) {
  const Expr size = strict_abs(x);
  const Expr square = x * x;
  const Expr q =
      polynomial(square, {1.283791661e-01f, -3.761263490e-01f, 1.128373668e-01f, -2.686177380e-02f,
                          5.207219161e-03f, -8.216546848e-04f, 8.698966121e-05f});
  const Expr near = x * q + x;
  const Expr t = strict_sub(at_most(size, 4.0f), Expr(0.875f));
  const Expr logarithm =
      polynomial(t, {-1.532824397e+00f, -2.430219889e+00f, -8.265405893e-01f, -4.690526798e-02f,
                     1.135979779e-02f, -2.223243238e-03f, 3.023335303e-04f, -2.055429468e-05f});
  const Expr far = strict_sub(Expr(1.0f), exp_f32(logarithm));
  const Expr signed_far = select(strict_less(x, Expr(0.0f)), strict_neg(far), far);
  return select(strict_is_nan(x), x, strict_less(size, Expr(0.875f)), near, signed_far);
}

} // namespace fovea::kernels
