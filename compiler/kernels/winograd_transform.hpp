#pragma once
#include <cstdint>
#include <vector>

// The transforms of Winograd's minimal filtering algorithms, from Toom and Cook's interpolation:
// `tile` neighbouring sums of `taps` products take tile + taps - 1 multiplications instead of
// tile * taps (Lavin and Gray, "Fast algorithms for convolutional neural networks", CVPR 2016).
namespace fovea::kernels {

// numerator / denominator, in lowest terms, denominator > 0.
class Rational {
 public:
  Rational(int64_t numerator = 0, int64_t denominator = 1); // NOLINT: 2 is a rational
  int64_t numerator() const { return numerator_; }
  int64_t denominator() const { return denominator_; }
  double value() const {
    return static_cast<double>(numerator_) / static_cast<double>(denominator_);
  }
  bool operator==(const Rational&) const = default;

 private:
  int64_t numerator_, denominator_;
};
Rational operator+(const Rational& a, const Rational& b);
Rational operator-(const Rational& a, const Rational& b);
Rational operator*(const Rational& a, const Rational& b);
Rational operator/(const Rational& a, const Rational& b);

using RationalMatrix = std::vector<std::vector<Rational>>; // rows

// y = output [(weights g) * (input d)], element by element between the brackets, is
// y(i) = sum(k < taps) d(i + k) g(k) for i < tile. All factors that are no powers of two stand in
// `weights`, which are transformed once.
struct WinogradTransform {
  int64_t tile = 1, taps = 1;
  RationalMatrix input;   // B^T: size x size
  RationalMatrix weights; // G: size x taps
  RationalMatrix output;  // A^T: tile x size
  int64_t size() const { return tile + taps - 1; }
};

// Of finite points there are tile + taps - 2; the last one is infinity.
WinogradTransform winograd_transform(int64_t tile, int64_t taps,
                                     const std::vector<Rational>& points);
// At the points of least error (docs/decisions/winograd.md): 0, 1, -1, 2, -1/2; for eight points
// -2 and 1/2 as well.
WinogradTransform winograd_transform(int64_t tile, int64_t taps);

} // namespace fovea::kernels
