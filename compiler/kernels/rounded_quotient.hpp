#pragma once
#include <fovea/definition/definition.hpp>

#include <optional>
#include <vector>

// Rounding what is computed from one integer, as round(sum / 25), without floats.
namespace fovea::kernels {

// y = argument + origin, Q(y) = (y * multiplier >> 16) >> shift, or y >> shift where multiplier is
// 0. The result is Q(y) + offset or, where ties go to even, Q(y + to_even + (Q(y) & 1)) + offset.
// All in 16 bits without sign; the high half of a product is one instruction.
struct RoundedQuotient {
  int64_t origin = 0;
  std::optional<int64_t> to_even = {}; // half a step less 1
  int64_t multiplier = 0;
  int shift = 0;
  int64_t offset = 0;

  int64_t operator()(int64_t argument) const;
};

// values[k] is the function's value at low + k. A form is found where these are steps of equal
// length (but for rounding), and only if it gives each of them: all are tried. At most 65536.
std::optional<RoundedQuotient> rounded_quotient(int64_t low, const std::vector<int64_t>& values);

// What `expr` is as a kernel computes it, operation by operation in its own types, where `argument`
// within it has the value `x`. Nothing where that is no finite number, where some other value
// stands in it, or an operation whose rounding is not determined.
std::optional<double> evaluated(const Node& expr, const Node* argument, int64_t x);

} // namespace fovea::kernels
