// Exact integers worked by hand from the published masks, and what filters keep.
#include "interpret.hpp"

#include <expect_error.hpp>

#include <fovea/filters.hpp>

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>

namespace fovea {
namespace {

using namespace testing;
using filters::Filter;
using ::testing::ElementsAre;
using ::testing::Pointwise;

const Filled X{{5, 5}, {3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8, 9, 7, 9, 3, 2, 3, 8, 4, 6, 2, 6, 4, 3}};

Filled image(const Shape& shape, const std::function<double(int64_t i, int64_t j)>& pixel) {
  Filled made{shape, {}};
  for (int64_t i = 0; i < shape[0]; ++i)
    for (int64_t j = 0; j < shape[1]; ++j)
      made.elements.push_back(pixel(i, j));
  return made;
}

Numbers filtered(const Filter& filter, const Filled& image) {
  return interpret(filter.op(), {image});
}

// Without the pixels at the edge, which see beyond it.
Numbers interior(const Filter& filter, const Filled& image, int64_t edge = 1, double factor = 1) {
  const Numbers all = filtered(filter, image);
  Numbers inner;
  for (int64_t i = edge; i < image.shape[0] - edge; ++i)
    for (int64_t j = edge; j < image.shape[1] - edge; ++j)
      inner.push_back(factor * all[static_cast<size_t>(i * image.shape[1] + j)]);
  return inner;
}

TEST(FilterTextbook, MasksOnFiveByFivePixels) {
  EXPECT_THAT(interior(filters::sobel().x(), X), ElementsAre(-1, 5, -5, 5, 7, -2, 4, 13, -1));
  EXPECT_THAT(interior(filters::sobel().y(), X), ElementsAre(21, 23, 21, -9, -3, 4, -14, -15, -15));
  EXPECT_THAT(interior(filters::gaussian3x3(), X, 1, 16),
              ElementsAre(77, 81, 81, 89, 101, 106, 66, 83, 95));
  EXPECT_THAT(interior(filters::mean(3), X, 1, 9), ElementsAre(47, 43, 49, 47, 50, 54, 44, 49, 53));
  EXPECT_THAT(interior(filters::median(3), X), ElementsAre(5, 5, 5, 5, 6, 6, 5, 6, 6));
  EXPECT_THAT(interior(filters::edge(8), X), ElementsAre(-29, 11, -4, 25, 31, 9, -26, -22, 19));
  EXPECT_THAT(interior(filters::sharpen(), X), ElementsAre(-14, 10, 8, 22, 21, 4, -6, -10, 22));
  EXPECT_THAT(interior(filters::second_derivative().x(), X),
              ElementsAre(11, -5, -1, -2, -3, 4, 2, 4, -9));
  EXPECT_THAT(interior(filters::second_derivative().y(), X),
              ElementsAre(5, 1, -2, -12, -9, -1, 6, 9, -5));
  EXPECT_THAT(interior(filters::laplacian(), X), ElementsAre(16, -4, -3, -14, -12, 3, 8, 13, -14));
  EXPECT_THAT(interior(filters::prewitt().x(), X, 1, -1),
              ElementsAre(-2, -2, 2, -1, -8, 2, -4, -7, 2));
  EXPECT_THAT(interior(filters::gaussian5x5(), X, 2, 256), ElementsAre(1441));
}

TEST(FilterTextbook, ConvolutionIsCorrelationWithTheTurnedMask) {
  const filters::Mask published{{1, 0, -1}, {2, 0, -2}, {1, 0, -1}};
  EXPECT_EQ(filtered(filters::convolve(published), X), filtered(filters::sobel().x(), X));
  EXPECT_THAT(interior(filters::correlate(published), X),
              ElementsAre(1, -5, 5, -5, -7, 2, -4, -13, 1));
}

// What a mask's passes are does not show in its values.
TEST(FilterTextbook, MasksThatAreProductsTakeTwoPasses) {
  const auto passes = [](const filters::Mask& mask) {
    const Definition one = filters::correlate(mask).definition({DType::f64, {8, 8}});
    return one.equations.size() - 1; // one is the image with its border
  };
  const std::vector<double> column = {1, 4, 6, 4, 1}, row = {1, -2, 0, 2, 0.1, 3};
  std::vector<double> binomial, product;
  for (const double down : column) {
    for (const double across : column)
      binomial.push_back(down * across);
    for (const double across : row)
      product.push_back(down * across);
  }
  const filters::Mask separable({5, 5}, binomial, 2);
  EXPECT_EQ(passes(separable), 2u);
  EXPECT_EQ(passes({{5, 6}, product}), 2u);
  EXPECT_EQ(passes({{1, 2, 1}, {2, 4, 2}, {1, 2, 1}}), 1u); // too small
  EXPECT_THAT(interior(filters::correlate(separable), X, 2, 2), ElementsAre(1441));

  // Not quite a product, and by how much its one pass differs.
  std::vector<double> other = product;
  other[7] += 1e-6;
  EXPECT_EQ(passes({{5, 6}, other}), 1u);
  const Numbers apart = filtered(filters::correlate({{5, 6}, other}), X),
                split = filtered(filters::correlate({{5, 6}, product}), X);
  for (size_t k = 0; k < apart.size(); ++k)
    EXPECT_NEAR(apart[k], split[k], 1e-6 * 10);
}

TEST(FilterTextbook, DerivativesOfAQuadraticImage) {
  const Filled A =
      image({5, 5}, [](int64_t i, int64_t j) { return i * i + 2 * j * j + 3 * i * j; });
  const Numbers dx = {56, 88, 120, 80, 112, 144, 104, 136, 168},
                dy = {40, 64, 88, 56, 80, 104, 72, 96, 120};
  EXPECT_THAT(interior(filters::second_derivative().x(), A), ::testing::Each(4));
  EXPECT_THAT(interior(filters::second_derivative().y(), A), ::testing::Each(2));
  EXPECT_THAT(interior(filters::laplacian(), A), ::testing::Each(6));
  EXPECT_THAT(interior(filters::edge(8), A), ::testing::Each(-18));
  EXPECT_EQ(interior(filters::sobel().x(), A), dx);
  EXPECT_EQ(interior(filters::sobel().y(), A), dy);
}

TEST(FilterTextbook, ARampHasOneSlope) {
  const Filled ramp = image({5, 5}, [](int64_t i, int64_t j) { return 5 * i + j + 1; });
  EXPECT_THAT(interior(filters::sobel().x(), ramp), ::testing::Each(8));
  EXPECT_THAT(interior(filters::sobel().y(), ramp), ::testing::Each(40));
  EXPECT_THAT(interior(filters::prewitt().x(), ramp), ::testing::Each(6));
  EXPECT_THAT(interior(filters::first_derivative().x(), ramp), ::testing::Each(1));
  EXPECT_THAT(interior(filters::first_derivative().y(), ramp), ::testing::Each(5));
  EXPECT_THAT(interior(filters::edge(8), ramp), ::testing::Each(0));
  EXPECT_THAT(interior(filters::laplacian(), ramp), ::testing::Each(0));
  EXPECT_THAT(interior(filters::sharpen(), ramp), ElementsAre(7, 8, 9, 12, 13, 14, 17, 18, 19));
}

TEST(FilterTextbook, OnesWithEachBorder) {
  const Filled ones = image({3, 3}, [](int64_t, int64_t) { return 1; });
  const auto edges = [&](filters::Border border) {
    return filtered(filters::edge(8, border), ones);
  };
  EXPECT_THAT(edges(filters::border::zero), ElementsAre(5, 3, 5, 3, 0, 3, 5, 3, 5));
  EXPECT_THAT(filtered(filters::sharpen(filters::border::zero), ones),
              ElementsAre(3, 2, 3, 2, 1, 2, 3, 2, 3));
  for (const filters::Border border : {filters::border::clamp, filters::border::reflect,
                                       filters::border::wrap, filters::border::constant(1)}) {
    EXPECT_THAT(edges(border), ::testing::Each(0));
    EXPECT_THAT(filtered(filters::sharpen(border), ones), ::testing::Each(1));
  }
}

// --- What filters keep -------------------------------------------------------------------------

struct Named {
  const char* name;
  Filter filter;
  double mean; // what the weights of a window sum to
};

std::vector<Named> linear_filters(filters::Border border) {
  using namespace filters;
  return {{"mean", mean({5, 3}, border), 1},
          {"box", box(3, false, border), 9},
          {"trapezoidal", trapezoidal(7, 2, border), 1},
          {"gaussian3x3", gaussian3x3(border), 1},
          {"gaussian5x5", gaussian5x5(border), 1},
          {"gaussian", gaussian(1.1, border), 1},
          {"sobel x", sobel(border).x(), 0},
          {"prewitt y", prewitt(border).y(), 0},
          {"scharr x", scharr(border).x(), 0},
          {"first derivative y", first_derivative(border).y(), 0},
          {"second derivative x", second_derivative(border).x(), 0},
          {"edge 4", edge(4, border), 0},
          {"edge 8", edge(8, border), 0},
          {"laplacian", laplacian(border), 0},
          {"laplacian of gaussian", laplacian_of_gaussian(0.9, border), 0},
          {"sharpen", sharpen(border), 1},
          {"unsharp mask", unsharp_mask(0.9, 2, border), 1},
          {"unsharp mask 5x5", unsharp_mask5x5(0.5, border), 1},
          {"emboss", emboss(border), 1}};
}

std::vector<Named> other_filters(filters::Border border) {
  using namespace filters;
  return {{"median 3", median(3, border), 1},
          {"median 5", median(5, border), 1},
          {"bilateral", bilateral(1, 0.5, border), 1},
          {"sobel", sobel(border), 0}};
}

Filled noise(const Shape& shape, uint64_t seed) {
  std::mt19937_64 engine(seed);
  std::uniform_real_distribution<double> values(-1, 2);
  return image(shape, [&](int64_t, int64_t) { return values(engine); });
}

constexpr double rounding = 1e-12; // of some dozens of float64 numbers below 100

void expect_near(const Numbers& got, const Numbers& wanted, const char* what) {
  EXPECT_THAT(got, Pointwise(::testing::DoubleNear(rounding), wanted)) << what;
}

TEST(FilterProperties, AConstantImageStaysOne) {
  const Filled constant = image({6, 7}, [](int64_t, int64_t) { return 3.25; });
  for (const filters::Border border :
       {filters::border::reflect, filters::border::clamp, filters::border::wrap})
    for (const auto& list : {linear_filters(border), other_filters(border)})
      for (const Named& one : list)
        expect_near(filtered(one.filter, constant), Numbers(42, 3.25 * one.mean), one.name);
}

TEST(FilterProperties, ABrightPixelIsSpreadByTheSumOfTheMask) {
  Filled pixel = image({19, 19}, [](int64_t, int64_t) { return 0; });
  pixel.elements[9 * 19 + 9] = 1;
  for (const Named& one : linear_filters(filters::border::zero)) {
    const Numbers spread = filtered(one.filter, pixel);
    EXPECT_NEAR(std::accumulate(spread.begin(), spread.end(), 0.0), one.mean, rounding) << one.name;
  }
}

TEST(FilterProperties, Linearity) {
  const Filled a = noise({7, 6}, 1), b = noise({7, 6}, 2);
  Filled sum = a;
  for (size_t k = 0; k < a.elements.size(); ++k)
    sum.elements[k] = 2 * a.elements[k] - 3 * b.elements[k];
  for (const Named& one : linear_filters({})) {
    const Numbers of_a = filtered(one.filter, a), of_b = filtered(one.filter, b);
    Numbers wanted;
    for (size_t k = 0; k < of_a.size(); ++k)
      wanted.push_back(2 * of_a[k] - 3 * of_b[k]);
    expect_near(filtered(one.filter, sum), wanted, one.name);
  }
}

TEST(FilterProperties, AShiftedImageIsFilteredToAShiftedResult) {
  const Shape shape{7, 6};
  const Filled x = noise(shape, 3);
  const auto shifted = [&](const Numbers& values) {
    return image(shape, [&](int64_t i, int64_t j) {
      return values[static_cast<size_t>((i + 5) % 7 * 6 + (j + 2) % 6)];
    });
  };
  for (const auto& list :
       {linear_filters(filters::border::wrap), other_filters(filters::border::wrap)})
    for (const Named& one : list)
      expect_near(filtered(one.filter, shifted(x.elements)),
                  shifted(filtered(one.filter, x)).elements, one.name);
}

TEST(FilterProperties, TheMedianOfEveryWindow) {
  const auto sorted_median = [](const Filled& x, int64_t size, int64_t i, int64_t j) {
    Numbers window;
    const auto at = [](int64_t k, int64_t n) {
      return std::abs(k) < n ? std::abs(k) : 2 * n - 2 - k;
    };
    for (int64_t m = -size / 2; m <= size / 2; ++m)
      for (int64_t n = -size / 2; n <= size / 2; ++n)
        window.push_back(x.elements[static_cast<size_t>(at(i + m, x.shape[0]) * x.shape[1] +
                                                        at(j + n, x.shape[1]))]);
    std::ranges::sort(window);
    return window[window.size() / 2];
  };
  for (uint64_t seed = 0; seed < 20; ++seed) {
    Filled x = noise({11, 10}, seed);
    for (double& value : x.elements)
      value = seed % 2 ? std::floor(2 * value) : value; // many that are equal
    for (const int64_t size : {3, 5}) {
      const Filled wanted =
          image(x.shape, [&](int64_t i, int64_t j) { return sorted_median(x, size, i, j); });
      EXPECT_EQ(filtered(filters::median(size), x), wanted.elements) << size << ", seed " << seed;
    }
  }
}

// A step higher than some sigma_range stays, and noise on both sides goes.
TEST(FilterProperties, TheBilateralFilterKeepsEdges) {
  const Filled step =
      image({5, 10}, [](int64_t i, int64_t j) { return (j < 5 ? 0 : 10) + (i + j) % 2 * 0.1; });
  const Numbers kept = filtered(filters::bilateral(2, 1), step);
  for (size_t k = 0; k < kept.size(); ++k)
    EXPECT_NEAR(kept[k], k % 10 < 5 ? 0.05 : 10.05, 0.02) << k;
}

TEST(Filters, RefuseWhatHasNoMeaning) {
  const auto refusal = [](const std::function<void()>& action) {
    const ErrorParts parts = error_of(action);
    EXPECT_TRUE(parts.where.known()) << parts.what;
    return parts.what + "; " + parts.expected + ", got " + parts.got;
  };
  EXPECT_EQ(refusal([] { filters::gaussian(-1); }),
            "filter 'gaussian': sigma is no deviation; a finite number > 0, got -1");
  EXPECT_EQ(refusal([] { filters::median(4); }),
            "filter 'median': there is no network of this size; 3 or 5, got 4");
  EXPECT_EQ(refusal([] { filters::mean(0); }),
            "filter 'mean': the window has no such extent; 1 to 1048576, got 0");
  EXPECT_EQ(refusal([] { filters::edge(6); }),
            "filter 'edge': a pixel has no such neighbours; 4 or 8, got 6");
  EXPECT_EQ(refusal([] { filters::trapezoidal(5, 3); }),
            "filter 'trapezoidal': the ramp does not fit its size; 0 to 2, got 3");
  EXPECT_EQ(refusal([] { filters::bilateral(1, std::nan("")); }),
            "filter 'bilateral': sigma_range is no deviation; a finite number > 0, got nan");
  EXPECT_EQ(
      refusal([] { filters::mean(3, {Boundary::none}); }),
      "filter 'mean': the border is no rule; zero, constant, clamp, reflect or wrap, got none");
  EXPECT_EQ(refusal([] {
              filters::correlate({{1, 2}, {3}});
            }),
            "mask: its rows differ in length; 2, got 1");
  EXPECT_EQ(refusal([] {
              filters::correlate({{0, 0}});
            }),
            "mask: all its weights are 0; one that is not, got ");
  EXPECT_EQ(refusal([] {
              filters::mean(3).definition({DType::i32, {4, 4}});
            }),
            "filter 'mean': its elements are no samples of an image; a float type or u8, got ");
  EXPECT_EQ(refusal([] {
              filters::mean(3).definition({DType::f32, {4}});
            }).substr(0, 54),
            "filter 'mean': the input 4 has the wrong rank; rank 2 ");
  EXPECT_EQ(refusal([] {
              filters::mean(3, filters::border::constant(300)).definition({DType::u8, {4, 4}});
            }).substr(0, 64),
            "filter 'mean': the border's value is none of the element type; a");
}

} // namespace
} // namespace fovea
