#pragma once
#include <fovea/definition/interpreter.hpp>

// The interpreter's scalar arithmetic: float64 values with running error bounds, wrapping integers.
namespace fovea::arithmetic {

// What the error analysis knows of a float type.
struct FloatFormat {
  double unit;         // rounding errors are <= unit |result|; the interpreter's own included
  double overflow;     // results from here on round to infinity
  double least_normal; // smaller results may be flushed to zero or be denormal:
  double underflow;    // error that this may make
  int dropped_bits;    // of a double's 52 stored bits
};
const FloatFormat& format_of(DType type);

// The exponential, logarithm, tanh, erf and pow of an implementation are within so many units in
// the last place (an ulp is two roundings: 2^-23 of a float).
inline constexpr double function_ulps = 4;

// The integer that `value` becomes in `type`, modulo 2^bits; booleans: whether it is not 0.
int64_t wrapped(int64_t value, DType type);

// Float to integer: towards zero; NaN gives 0 and what is out of range the nearest end (C leaves
// both undefined). Boolean: whether it is not 0.
Value convert(const Value& value, DType from, DType to);

// A float whose exact result from exact arguments is `real`, rounded by at most `roundings` units,
// the arguments' errors having moved it by at most `moved`.
Value rounded(DType type, double real, double moved, double roundings);

// A scalar operation other than select, on arguments of one type; `type` is the result's.
Value apply(ScalarOp op, DType type, DType argument_type, const Value& a, const Value& b);

// Its two halves: results of float and of integer type.
Value float_operation(ScalarOp op, DType type, const Value& a, const Value& b);
Value integer_operation(ScalarOp op, DType type, const Value& a, const Value& b);
// The error bound of an integer `result` computed from uncertain integers.
double integer_error(ScalarOp op, DType type, const Value& a, const Value& b, int64_t result);

// What a select whose condition is not certain may be: either.
Value either(const Value& chosen, const Value& other, DType type);

// One reduction. Terms come in the accumulator's type; the bound holds for any order of them.
class Accumulator {
 public:
  Accumulator(ReduceKind kind, DType type);
  void add(const Value& term) {
    if (kind_ == ReduceKind::max || kind_ == ReduceKind::min)
      extremum_ = count_++ ? apply(kind_ == ReduceKind::max ? ScalarOp::max : ScalarOp::min, type_,
                                   type_, extremum_, term)
                           : term;
    else if (!is_float(type_))
      add_integer(term);
    else if (kind_ == ReduceKind::sum)
      add_float(term);
    else
      multiply_float(term);
  }
  Value result() const;

 private:
  void add_integer(const Value& term);
  void add_float(const Value& term);
  void multiply_float(const Value& term);
  Value empty_extremum() const;
  Value float_sum() const;
  Value float_product() const;
  double growth() const; // gamma_n of Higham, section 3.1

  ReduceKind kind_;
  DType type_;
  int64_t count_ = 0;
  Value extremum_;
  uint64_t integer_ = 0;
  // Sum: of positive and of negative finite terms. Product: of all magnitudes, of those > 1, < 1.
  double positive_ = 0, negative_ = 0, sum_ = 0;
  double product_ = 1, large_ = 1, small_ = 1, widest_ = 1;
  double errors_ = 0;
  double special_ = 0; // IEEE sum of the terms that are not finite
  bool has_special_ = false;
  bool has_uncertain_zero_ = false;
};

} // namespace fovea::arithmetic
