// What filters are written with: the equations of one plane of an image.
#pragma once

#include <fovea/equation/statement.hpp>
#include <fovea/filters.hpp>

#include <functional>
#include <optional>

namespace fovea::filters {

// A value of each pixel (i, j).
using Pixel = Scalar<Letters<'i', 'j'>>;

inline constexpr Index<'i'> i{};
inline constexpr Index<'j'> j{};
inline constexpr Index<'m'> m{};
inline constexpr Index<'n'> n{};

// Elements beyond the image that a window needs.
struct Reach {
  int64_t top = 0, bottom = 0, left = 0, right = 0;
};
// Of a window whose anchor is its middle.
Reach reach_of(Size window);

// One plane, [height, width].
class Plane {
 public:
  Plane(const TensorType& image, Border border);

  int64_t height() const { return image_.type().shape[0]; }
  int64_t width() const { return image_.type().shape[1]; }
  DType type() const { return image_.type().dtype; }
  DType work() const { return work_; } // what arithmetic is in
  Pixel centre() const { return cast(image_(i, j), work_); }
  // The image and what its border rule says of `reach` around it: element (i, j) is X(i - top, j -
  // left). With it written once, all further reads are plain.
  Let padded(const Reach& reach) const { return padded(reach, work_); }
  Let padded(const Reach& reach, DType type) const;

 private:
  Tensor<2> image_;
  Border border_;
  DType work_;
};

// sum(m,n) P(i + top + m, j + left + n) * mask(m,n), written out.
Pixel weighted(const Let& P, const Mask& mask, int64_t top = 0, int64_t left = 0);

// A mask that is the product of a column and a row: down(y) * across(x).
struct SeparatedMask {
  Mask across, down;
};
// Nothing where the mask is no such product (but for the rounding of its weights), and where one
// pass over its window is about as little work.
std::optional<SeparatedMask> separated(const Mask& mask);

// Sums of `size` elements along rows, then along columns, each with its weight where there are any:
//   R(i,j) = sum(m) P(i, j + m) * w(m);  sum(m) R(i + m, j) * w(m)
// P is a plane with the window's reach.
Pixel separable(const Plane& plane, const Let& P, Size size, const Let* weights = nullptr);

// w(m), 0 <= m <= 2 radius: exp(-(m - radius)^2 / (2 sigma^2)), divided by their sum.
Let gaussian_weights(const Plane& plane, double sigma, int64_t radius);
int64_t gaussian_radius(double sigma);
Pixel gaussian_of(const Plane& plane, double sigma, int64_t radius);
Pixel gaussian5x5_of(const Plane& plane);

// What a filter is: Z(i,j) = value.
struct Recipe {
  std::string name;
  Attributes attributes = {};
  Border border = {};
  bool makes_images = true; // u8 of u8; else its values leave u8's range
  bool any_numbers = false; // in the image's own element type, which may be any integer
  std::function<Pixel(const Plane&)> value;
};
// Checks the border and makes a block.
Filter filter(Recipe recipe, SourceLocation location);

// Throws Error at `location`, where `holds` is false.
void require(bool holds, const char* filter, const char* what, const std::string& expected,
             const std::string& got, SourceLocation location);
void require_window(const char* filter, int64_t extent, SourceLocation location);
void require_positive(const char* filter, const char* what, double value, SourceLocation location);

} // namespace fovea::filters
