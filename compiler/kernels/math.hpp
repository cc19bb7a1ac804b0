#pragma once
#include <Halide.h>

// Elementary functions that vectorise and keep their promises for NaN, infinities and denormals:
// f32, within 4 units in the last place. Halide's own exp and log mishandle special values, and its
// tanh and erf call the C library once per lane.
namespace fovea::kernels {

// The calls that `without_flags` and `without_bounds` leave in a kernel until it is finished.
inline constexpr const char* flag_fence = "fovea_flag_fence";
inline constexpr const char* bounds_fence = "fovea_bounds_fence";

// Arithmetic that neither Halide nor LLVM rearranges: strict_float of one operation.
Halide::Expr strict_add(Halide::Expr a, Halide::Expr b);
Halide::Expr strict_sub(Halide::Expr a, Halide::Expr b);
Halide::Expr strict_mul(Halide::Expr a, Halide::Expr b);
Halide::Expr strict_div(Halide::Expr a, Halide::Expr b);
Halide::Expr strict_less(Halide::Expr a, Halide::Expr b);
Halide::Expr strict_less_equal(Halide::Expr a, Halide::Expr b);
Halide::Expr strict_equal(Halide::Expr a, Halide::Expr b);
Halide::Expr strict_is_nan(const Halide::Expr& x);
// By the sign bit: right for zeros and NaN.
Halide::Expr strict_neg(const Halide::Expr& x);
Halide::Expr strict_abs(const Halide::Expr& x);

// a * b + c with one rounding. LLVM's own intrinsic, one call a lane, which LLVM's SLP vectoriser
// makes whole again; Halide would contract only under flags that also let LLVM assume that there is
// no NaN, and a later test for NaN disappears.
Halide::Expr fused_multiply_add(Halide::Expr a, Halide::Expr b, Halide::Expr c);

// The value, of which LLVM does not know that flags forbid it to be NaN: `erase_fences` makes
// an integer operation of it that changes no bit and that nobody can look through.
Halide::Expr without_flags(Halide::Expr value);

// The value, of which Halide's bounds know no more than its type: one that is loaded and is the
// same in all loops would be its own first and last place, and a size that no one knows before the
// run. `erase_fences` takes it away.
Halide::Expr without_bounds(Halide::Expr value);

Halide::Expr exp_f32(const Halide::Expr& x);
Halide::Expr log_f32(const Halide::Expr& x);
Halide::Expr tanh_f32(const Halide::Expr& x);
Halide::Expr erf_f32(const Halide::Expr& x);

} // namespace fovea::kernels
