#include "compiler/kernels/winograd_bound.hpp"

#include <algorithm>
#include <cmath>

namespace fovea::kernels {
namespace {

double row_sum(const std::vector<Rational>& row) {
  double sum = 0;
  for (const Rational& entry : row)
    sum += std::abs(entry.value());
  return sum;
}

} // namespace

double amplification(const WinogradTransform& transform) {
  double most = 0;
  for (const std::vector<Rational>& row : transform.output) {
    double sum = 0;
    for (size_t point = 0; point < row.size(); ++point)
      sum += std::abs(row[point].value()) * row_sum(transform.weights[point]) *
             row_sum(transform.input[point]);
    most = std::max(most, sum);
  }
  return most;
}

double winograd_bound(const std::vector<WinogradTransform>& dimensions, int64_t channels) {
  double roundings = static_cast<double>(channels + 1), product = static_cast<double>(channels);
  for (const WinogradTransform& transform : dimensions) {
    roundings += static_cast<double>(transform.taps + 2 + 2 * transform.size());
    product *= amplification(transform);
  }
  const double error = roundings * std::ldexp(1.0, -24);
  return error / (1 - error) * product;
}

} // namespace fovea::kernels
