#include <fovea/definition/outer_product.hpp>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace fovea {
namespace {

// What divides a row of integers: with it taken out, the column of a matrix of integers holds
// integers too, and sums stay exact. 1 of other numbers.
double common_divisor(const std::vector<double>& row) {
  int64_t divisor = 0;
  for (const double element : row) {
    if (element != std::round(element) || std::abs(element) >= 0x1p53)
      return 1;
    divisor = std::gcd(divisor, static_cast<int64_t>(element));
  }
  return static_cast<double>(divisor);
}

} // namespace

// The pivot is the largest element, so that rounding stays below what float64 keeps of any of them.
std::optional<OuterProduct> outer_product(int64_t rows, int64_t columns,
                                          const std::vector<double>& matrix) {
  const auto at = [&](int64_t y, int64_t x) {
    return matrix[static_cast<size_t>(y * columns + x)];
  };
  const auto largest =
      std::ranges::max_element(matrix, {}, [](double element) { return std::abs(element); });
  if (largest == matrix.end() || *largest == 0)
    return std::nullopt;
  const int64_t pivot = largest - matrix.begin();
  OuterProduct product;
  for (int64_t x = 0; x < columns; ++x)
    product.across.push_back(at(pivot / columns, x));
  const double divisor = common_divisor(product.across);
  for (double& element : product.across)
    element /= divisor;
  for (int64_t y = 0; y < rows; ++y)
    product.down.push_back(at(y, pivot % columns) /
                           product.across[static_cast<size_t>(pivot % columns)]);
  for (int64_t y = 0; y < rows; ++y)
    for (int64_t x = 0; x < columns; ++x) {
      const double made =
          product.down[static_cast<size_t>(y)] * product.across[static_cast<size_t>(x)];
      // Of a NaN, too.
      if (!(std::abs(at(y, x) - made) <= 1e-15 * std::abs(*largest)))
        return std::nullopt;
    }
  return product;
}

} // namespace fovea
