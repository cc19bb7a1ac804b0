#include "compiler/kernels/winograd_transform.hpp"

#include <cstdlib>
#include <numeric>

namespace fovea::kernels {
namespace {

using Polynomial = std::vector<Rational>; // coefficients, the constant first

Polynomial times_linear(const Polynomial& a, const Rational& root) { // a (x - root)
  Polynomial product(a.size() + 1);
  for (size_t k = 0; k < a.size(); ++k) {
    product[k + 1] = product[k + 1] + a[k];
    product[k] = product[k] - a[k] * root;
  }
  return product;
}

Rational power(const Rational& base, int64_t exponent) {
  Rational result = 1;
  for (; exponent > 0; --exponent)
    result = result * base;
  return result;
}

// The sign that makes a row's first even coefficient positive, or its first odd one where all even
// ones are 0. The rows of p and -p then differ in the signs of their odd coefficients alone.
int64_t leading_sign(const std::vector<Rational>& row) {
  for (const size_t first : {0, 1})
    for (size_t k = first; k < row.size(); k += 2)
      if (row[k].numerator() != 0)
        return row[k].numerator() < 0 ? -1 : 1;
  return 1;
}

// Row `k` of the input's transform and of the weights' are scaled against one another.
void scale(WinogradTransform& transform, size_t k, const Rational& factor) {
  for (Rational& entry : transform.input[k])
    entry = entry * factor;
  for (Rational& entry : transform.weights[k])
    entry = entry / factor;
}

} // namespace

Rational::Rational(int64_t numerator, int64_t denominator) {
  const int64_t common = std::gcd(numerator, denominator) * (denominator < 0 ? -1 : 1);
  numerator_ = numerator / common;
  denominator_ = denominator / common;
}

Rational operator+(const Rational& a, const Rational& b) {
  return {a.numerator() * b.denominator() + b.numerator() * a.denominator(),
          a.denominator() * b.denominator()};
}
Rational operator-(const Rational& a, const Rational& b) {
  return a + b * Rational(-1);
}
Rational operator*(const Rational& a, const Rational& b) {
  return {a.numerator() * b.numerator(), a.denominator() * b.denominator()};
}
Rational operator/(const Rational& a, const Rational& b) {
  return a * Rational(b.denominator(), b.numerator());
}

// The transpose of Toom and Cook's product of polynomials: with L_i the polynomial that vanishes at
// all points but p_i, and f_i = L_i(p_i), the rows of B^T are the L_i, those of G the powers of p_i
// divided by f_i, the columns of A^T the powers of p_i. The point at infinity takes the highest
// coefficients.
WinogradTransform winograd_transform(int64_t tile, int64_t taps,
                                     const std::vector<Rational>& points) {
  WinogradTransform transform{tile, taps, {}, {}, {}};
  const size_t size = static_cast<size_t>(transform.size());
  transform.output.assign(static_cast<size_t>(tile), std::vector<Rational>(size));
  for (size_t i = 0; i < size; ++i) {
    const bool infinite = i + 1 == size;
    Polynomial row{1};
    Rational normal = 1;
    for (size_t j = 0; j + 1 < size; ++j)
      if (j != i) {
        row = times_linear(row, points[j]);
        if (!infinite)
          normal = normal * (points[i] - points[j]);
      }
    row.resize(size);
    transform.input.push_back(std::move(row));
    std::vector<Rational> weights;
    for (int64_t k = 0; k < taps; ++k)
      weights.push_back(infinite ? Rational(k + 1 == taps) : power(points[i], k) / normal);
    transform.weights.push_back(std::move(weights));
    for (int64_t k = 0; k < tile; ++k)
      transform.output[static_cast<size_t>(k)][i] =
          infinite ? Rational(k + 1 == tile) : power(points[i], k);
    scale(transform, i, leading_sign(transform.input[i]));
  }
  return transform;
}

WinogradTransform winograd_transform(int64_t tile, int64_t taps) {
  // Pairs p, -p share operations, which 2 and -1/2 do without.
  static const std::vector<Rational> five = {0, 1, -1, 2, {-1, 2}};
  static const std::vector<Rational> seven = {0, 1, -1, 2, -2, {1, 2}, {-1, 2}};
  const std::vector<Rational>& points = tile + taps - 2 <= 5 ? five : seven;
  return winograd_transform(tile, taps, {points.begin(), points.begin() + tile + taps - 2});
}

} // namespace fovea::kernels
