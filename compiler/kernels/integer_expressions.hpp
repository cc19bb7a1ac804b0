#pragma once
#include "compiler/kernels/integer_ranges.hpp"

#include <Halide.h>

// Integers between known bounds in Halide's expressions, each in the smallest type that holds it.
namespace fovea::kernels {

struct BoundedInteger {
  Halide::Expr value; // of type_of(range)
  IntegerRange range;
};

Halide::Type type_of(const IntegerRange& range);

// The operation's result, which is within `range`. Not of a select.
Halide::Expr integer_operation(ScalarOp op, const IntegerRange& range,
                               const std::vector<BoundedInteger>& args);
Halide::Expr integer_comparison(ScalarOp op, const BoundedInteger& a, const BoundedInteger& b);
// The nearest integer within `range`.
Halide::Expr saturated(const BoundedInteger& a, const IntegerRange& range);
Halide::Expr quotient_of(const RoundedQuotient& form, const Halide::Expr& argument,
                         const IntegerRange& range);

} // namespace fovea::kernels
