#pragma once
#include <fovea/blocks/block.hpp>

// The classic filters of image processing, each made of index equations: blocks without weights.
//   Tensor edges = image | filters::gaussian(1.5) | filters::sobel().x();
//   Array<float> blurred = photo | filters::gaussian(1.5);      // an array: fovea/run_block.hpp
// An image is [..., height, width], as (H,W), (C,H,W) or (N,C,H,W), of floats or u8; every plane is
// filtered by itself, and the result has the image's shape. x points right (columns), y down
// (rows). Arithmetic is in f32, in f64 for f64. Of a u8 image, filters that smooth or sharpen make
// u8, rounded to the nearest (ties to even) and saturated; those with negative results, such as
// derivatives, make f32. Factories throw Error for parameters without meaning.
namespace fovea::filters {

// What stands outside the image: the rules of equations. `reflect`, the default, mirrors without
// repeating the edge (OpenCV's BORDER_DEFAULT, numpy's "reflect").
struct Border {
  Boundary rule = Boundary::reflect;
  double value = 0; // of Boundary::fill; one that the image's element type holds
};
namespace border {
inline constexpr Border zero{Boundary::fill}, clamp{Boundary::clamp}, reflect{Boundary::reflect},
    wrap{Boundary::wrap};
constexpr Border constant(double value) {
  return {Boundary::fill, value};
}
} // namespace border

// The extents of a window: mean(3) is 3x3, mean({3, 5}) has 3 rows and 5 columns.
struct Size {
  int64_t height = 1, width = 1;
  constexpr Size(int64_t side) : height(side), width(side) {} // NOLINT(*-explicit-*)
  constexpr Size(int64_t height, int64_t width) : height(height), width(width) {}
};

// The weights of a window, row by row, all divided by `divisor`: {{1, 2, 1}, {2, 4, 2}, {1, 2, 1}}
// or {{{1, 2, 1}, {2, 4, 2}, {1, 2, 1}}, 16}. Its anchor is (height / 2, width / 2).
struct Mask {
  Size size{0, 0};
  std::vector<double> weights;
  double divisor = 1;
  // Throws Error where rows differ in length, a number is not finite, or all weights are 0.
  Mask(std::initializer_list<std::initializer_list<double>> rows, double divisor = 1,
       SourceLocation location = SourceLocation::current());
  Mask(Size size, std::vector<double> weights, double divisor = 1,
       SourceLocation location = SourceLocation::current());
  // Turned by half a turn: what tells convolution from correlation.
  Mask turned() const;
};

// A filter as a block.
class Filter : public BlockBase {
 public:
  Filter(OpPtr op, SourceLocation location) : op_(std::move(op)), location_(location) {}
  // With a layer's name of its own, instead of the filter's.
  Filter named(std::string name) const;
  const OpPtr& op() const { return op_; }
  Inferred infer(const Types& inputs) const { return op_->infer(inputs); }
  // The equations for an image of this type. Throws Error where the filter refuses it.
  Definition definition(const TensorType& image) const;
  Tensor<> operator()(const Tensor<>& image) const;

 private:
  OpPtr op_;
  std::string name_;
  SourceLocation location_;
};

// A derivative along each axis; positive where the image gets brighter to the right (x) or
// downwards (y).
class Derivative {
 public:
  Derivative(Filter x, Filter y) : x_(std::move(x)), y_(std::move(y)) {}
  const Filter& x() const { return x_; }
  const Filter& y() const { return y_; }

 private:
  Filter x_, y_;
};

// First derivatives, and what they make together. As a block it is the magnitude:
//   image | filters::sobel()        image | filters::sobel().x()
class Gradient : public Filter, public Derivative {
 public:
  Gradient(Filter magnitude, Filter x, Filter y)
      : Filter(std::move(magnitude)), Derivative(std::move(x), std::move(y)) {}
  // sqrt(x^2 + y^2)
  const Filter& magnitude() const { return *this; }
};

// --- Any window ------------------------------------------------------------------------------

//   Z(i,j) = sum(m,n) X(i + m - anchor, j + n - anchor) * mask(m,n)
// (OpenCV's filter2D). Of a u8 image it makes f32.
Filter correlate(const Mask& mask, Border border = border::reflect,
                 SourceLocation location = SourceLocation::current());
// The same with the mask turned by half a turn.
Filter convolve(const Mask& mask, Border border = border::reflect,
                SourceLocation location = SourceLocation::current());

// --- Smoothing -------------------------------------------------------------------------------

// The mean of a window (OpenCV's blur): row sums, then column sums.
Filter mean(Size size = 3, Border border = border::reflect,
            SourceLocation location = SourceLocation::current());
// The mean of a window; not normalised it is the sum, f32 of a u8 image (OpenCV's boxFilter).
Filter box(Size size, bool normalised = true, Border border = border::reflect,
           SourceLocation location = SourceLocation::current());
// Weights min(m + 1, size - m, ramp + 1) along each axis, over their sum: 1 2 2 2 1 for
// trapezoidal(5, 1). Without a ramp it is the mean, with the longest a triangle.
Filter trapezoidal(int64_t size = 5, int64_t ramp = 1, Border border = border::reflect,
                   SourceLocation location = SourceLocation::current());
// The published integer masks: 1 2 1 along each axis over 16; 1 4 6 4 1 over 256.
Filter gaussian3x3(Border border = border::reflect,
                   SourceLocation location = SourceLocation::current());
Filter gaussian5x5(Border border = border::reflect,
                   SourceLocation location = SourceLocation::current());
// exp(-m^2 / (2 sigma^2)) over the sum of these weights, along rows and then along columns. The
// window reaches 4 sigma far, rounded, and at least 1 (SciPy's gaussian_filter), or `radius`.
Filter gaussian(double sigma, Border border = border::reflect,
                SourceLocation location = SourceLocation::current());
Filter gaussian(double sigma, int64_t radius, Border border = border::reflect,
                SourceLocation location = SourceLocation::current());
// The median of a window of 3x3 or 5x5, by a network of minima and maxima: exact, in the image's
// own element type (any numbers). A NaN makes its windows NaN.
Filter median(int64_t size = 3, Border border = border::reflect,
              SourceLocation location = SourceLocation::current());
// C. Tomasi, R. Manduchi, Bilateral filtering for gray and color images, ICCV 1998, equations 1 to
// 5 with the Gaussians of section 2.1:
//   Z(p) = sum(q) X(q) w(p,q) / sum(q) w(p,q)
//   w(p,q) = exp(-|p - q|^2 / (2 sigma_space^2)) * exp(-(X(p) - X(q))^2 / (2 sigma_range^2))
// over a round window, |p - q| no more than 2 sigma_space, rounded up, or `radius`, as OpenCV's.
// sigma_range is in the image's units: 0 to 255 of u8.
Filter bilateral(double sigma_space, double sigma_range, Border border = border::reflect,
                 SourceLocation location = SourceLocation::current());
Filter bilateral(double sigma_space, double sigma_range, int64_t radius,
                 Border border = border::reflect,
                 SourceLocation location = SourceLocation::current());

// --- Derivatives and edges (f32 of a u8 image) -----------------------------------------------

// -1 0 1 across, and along the edge 1 2 1 (Sobel), 1 1 1 (Prewitt), 3 10 3 (Scharr). Not divided,
// as in OpenCV. Published masks often have the other sign: 1 0 -1 is for convolution.
Gradient sobel(Border border = border::reflect,
               SourceLocation location = SourceLocation::current());
Gradient prewitt(Border border = border::reflect,
                 SourceLocation location = SourceLocation::current());
Gradient scharr(Border border = border::reflect,
                SourceLocation location = SourceLocation::current());
// Central differences, (X(j + 1) - X(j - 1)) / 2.
Gradient first_derivative(Border border = border::reflect,
                          SourceLocation location = SourceLocation::current());
// 1 -2 1.
Derivative second_derivative(Border border = border::reflect,
                             SourceLocation location = SourceLocation::current());
// How far a pixel stands out of its 4 or 8 neighbours: 4 (or 8) times itself less their sum.
Filter edge(int neighbours = 8, Border border = border::reflect,
            SourceLocation location = SourceLocation::current());
// The sum of the second derivatives: 0 1 0 / 1 -4 1 / 0 1 0.
Filter laplacian(Border border = border::reflect,
                 SourceLocation location = SourceLocation::current());
// The Laplacian of the image smoothed by gaussian(sigma), by sampled derivatives of the Gaussian g:
//   g(m) (m^2 - s) / sigma^4 along one axis, g along the other, and the two summed.
// s is the weights' variance, which is sigma^2 but for the sampling: so weights sum to 0, and the
// result of constants and of ramps is 0 (D. Marr, E. Hildreth, Theory of edge detection, 1980).
Filter laplacian_of_gaussian(double sigma, Border border = border::reflect,
                             SourceLocation location = SourceLocation::current());

// --- Sharpening ------------------------------------------------------------------------------

// The image less its Laplacian: 0 -1 0 / -1 5 -1 / 0 -1 0.
Filter sharpen(Border border = border::reflect,
               SourceLocation location = SourceLocation::current());
// X + amount * (X - smoothed X), smoothed by gaussian(sigma), or by gaussian5x5().
Filter unsharp_mask(double sigma, double amount = 1, Border border = border::reflect,
                    SourceLocation location = SourceLocation::current());
Filter unsharp_mask5x5(double amount = 1, Border border = border::reflect,
                       SourceLocation location = SourceLocation::current());
// Light from the upper left: -2 -1 0 / -1 1 1 / 0 1 2.
Filter emboss(Border border = border::reflect, SourceLocation location = SourceLocation::current());

// --- As text ---------------------------------------------------------------------------------

// One filter after another: "median(5) | sobel.x", "gaussian(1.5, wrap)", "mean(3, 5,
// constant(1))". Parameters are the factories' numbers, then a border. Throws Error: an unknown
// name, parameters that do not fit.
Block parse(std::string_view text, SourceLocation location = SourceLocation::current());

} // namespace fovea::filters
