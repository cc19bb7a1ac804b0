// Exact cases from textbooks of image processing and of neural networks: small integers that can be
// checked by hand. Ops and equations are computed by the interpreter in float64.
#include "interpret.hpp"
#include "support/indices.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace fovea {
namespace {

using namespace testing;
using ::testing::DoubleEq;
using ::testing::ElementsAre;
using ::testing::Pointwise;

const Numbers X = {3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8, 9, 7, 9, 3, 2, 3, 8, 4, 6, 2, 6, 4, 3};

const Numbers dx = {-1, 0, 1, -2, 0, 2, -1, 0, 1}, dy = {-1, -2, -1, 0, 0, 0, 1, 2, 1};
const Numbers gauss16 = {1, 2, 1, 2, 4, 2, 1, 2, 1}, box9 = {1, 1, 1, 1, 1, 1, 1, 1, 1};
const Numbers edge8 = {-1, -1, -1, -1, 8, -1, -1, -1, -1},
              sharpen = {0, -1, 0, -1, 5, -1, 0, -1, 0};
const Numbers Ixx = {0, 0, 0, 1, -2, 1, 0, 0, 0}, Iyy = {0, 1, 0, 0, -2, 0, 0, 1, 0};
const Numbers lap = {0, 1, 0, 1, -4, 1, 0, 1, 0};
const Numbers prewitt = {1, 0, -1, 1, 0, -1, 1, 0, -1}, sobel = {1, 0, -1, 2, 0, -2, 1, 0, -1};

Numbers negative(Numbers numbers) {
  for (double& number : numbers)
    number = -number;
  return numbers;
}

// Z(i,j) = sum V(i+m, j+n) K(m,n), the textbooks' cross-correlation, and with K turned round.
const UserEquation correlation = define("correlation", [](Tensor<2> V, Tensor<2> K) {
  return Z(i, j) = sum(m, n)(V(i + m, j + n) * K(m, n));
});
const UserEquation convolution = define("convolution", [](Tensor<2> V, Tensor<2> K) {
  return Z(i, j) = sum(m, n)(V(i + 2 - m, j + 2 - n) * K(m, n));
});

// The 3x3 (or, of another size, square) kernel over a square image, by conv.
Numbers by_conv(const Numbers& image, const Numbers& kernel, const Padding& padding = valid) {
  const auto side = [](const Numbers& square) {
    return static_cast<int64_t>(std::lround(std::sqrt(static_cast<double>(square.size()))));
  };
  const int64_t x = side(image), w = side(kernel);
  return interpret(conv(1, w, padding, no_bias), {{{1, 1, x, x}, image}, {{1, 1, w, w}, kernel}});
}
Numbers by_equation(const UserEquation& equation, const Numbers& image, const Numbers& kernel) {
  return interpret(equation, {{{5, 5}, image}, {{3, 3}, kernel}});
}

struct KernelCase {
  const char* name;
  Numbers kernel, result;
};

TEST(Textbook, KernelsOnTheImageX) {
  const std::vector<KernelCase> cases = {
      {"dx", dx, {-1, 5, -5, 5, 7, -2, 4, 13, -1}},
      {"dy", dy, {21, 23, 21, -9, -3, 4, -14, -15, -15}},
      {"16 G", gauss16, {77, 81, 81, 89, 101, 106, 66, 83, 95}},
      {"9 mean", box9, {47, 43, 49, 47, 50, 54, 44, 49, 53}},
      {"edge8", edge8, {-29, 11, -4, 25, 31, 9, -26, -22, 19}},
      {"sharpen", sharpen, {-14, 10, 8, 22, 21, 4, -6, -10, 22}},
      {"Ixx", Ixx, {11, -5, -1, -2, -3, 4, 2, 4, -9}},
      {"Iyy", Iyy, {5, 1, -2, -12, -9, -1, 6, 9, -5}},
      {"lap", lap, {16, -4, -3, -14, -12, 3, 8, 13, -14}},
      {"prewitt", prewitt, {-2, -2, 2, -1, -8, 2, -4, -7, 2}},
      {"sobel", sobel, {1, -5, 5, -5, -7, 2, -4, -13, 1}},
  };
  for (const KernelCase& one : cases) {
    EXPECT_EQ(by_conv(X, one.kernel), one.result) << one.name;
    EXPECT_EQ(by_equation(correlation, X, one.kernel), one.result) << one.name;
  }
  for (const Numbers* kernel : {&dx, &dy}) // convolution turns an odd kernel's sign
    EXPECT_EQ(by_equation(convolution, X, *kernel), negative(by_conv(X, *kernel)));
}

TEST(Textbook, LargerGaussian) {
  Numbers kernel;
  for (double a : {1, 4, 6, 4, 1})
    for (double b : {1, 4, 6, 4, 1})
      kernel.push_back(a * b);
  EXPECT_EQ(kernel, (Numbers{1,  4, 6, 4,  1,  4,  16, 24, 16, 4, 6, 24, 36,
                             24, 6, 4, 16, 24, 16, 4,  1,  4,  6, 4, 1}));
  EXPECT_THAT(by_conv(X, kernel), ElementsAre(1441));
}

TEST(Textbook, KernelsOnAQuadraticImage) {
  Numbers image;
  for (int a = 0; a < 5; ++a)
    for (int b = 0; b < 5; ++b)
      image.push_back(a * a + 2 * b * b + 3 * a * b);
  // x runs to the right, along j: I_xx is the second difference of 2j^2.
  EXPECT_EQ(by_conv(image, Ixx), Numbers(9, 4));
  EXPECT_EQ(by_conv(image, Iyy), Numbers(9, 2));
  EXPECT_EQ(by_conv(image, lap), Numbers(9, 6));
  EXPECT_EQ(by_conv(image, edge8), Numbers(9, -18));
  EXPECT_EQ(by_conv(image, dx), (Numbers{56, 88, 120, 80, 112, 144, 104, 136, 168}));
  EXPECT_EQ(by_conv(image, dy), (Numbers{40, 64, 88, 56, 80, 104, 72, 96, 120}));
}

TEST(Textbook, KernelsOnARamp) {
  Numbers ramp;
  for (int a = 0; a < 25; ++a)
    ramp.push_back(a + 1);
  EXPECT_EQ(by_conv(ramp, dx), Numbers(9, 8));
  EXPECT_EQ(by_conv(ramp, dy), Numbers(9, 40));
  EXPECT_EQ(by_conv(ramp, edge8), Numbers(9, 0));
  EXPECT_EQ(by_conv(ramp, lap), Numbers(9, 0));
  EXPECT_EQ(by_conv(ramp, prewitt), Numbers(9, -6));
  EXPECT_EQ(by_conv(ramp, sobel), Numbers(9, -8));
  EXPECT_EQ(by_conv(ramp, sharpen), (Numbers{7, 8, 9, 12, 13, 14, 17, 18, 19}));
}

TEST(Textbook, SecondDifferencesOfPowers) {
  const auto second = [](int power) {
    Numbers x;
    for (int at = -3; at <= 3; ++at)
      x.push_back(std::pow(at, power));
    return interpret(conv(1, 3, no_bias), {{{1, 1, 7}, x}, {{1, 1, 3}, {1, -2, 1}}});
  };
  EXPECT_THAT(second(2), ElementsAre(2, 2, 2, 2, 2));
  EXPECT_THAT(second(3), ElementsAre(-12, -6, 0, 6, 12));
  EXPECT_THAT(second(4), ElementsAre(50, 14, 2, 14, 50));
}

TEST(Textbook, BoundariesOfAnImageOfOnes) {
  const Numbers ones(9, 1);
  EXPECT_EQ(by_conv(ones, edge8, same), (Numbers{5, 3, 5, 3, 0, 3, 5, 3, 5}));
  EXPECT_EQ(by_conv(ones, sharpen, same), (Numbers{3, 2, 3, 2, 1, 2, 3, 2, 3}));
  const auto by_rule = [&](const Numbers& kernel, auto rule) {
    const UserEquation equation = define("bounded", [=](Tensor<2> V, Tensor<2> K) {
      return Z(i.range(3), j.range(3)) = sum(m, n)(V(rule(i + m - 1), rule(j + n - 1)) * K(m, n));
    });
    return interpret(equation, {{{3, 3}, ones}, {{3, 3}, kernel}});
  };
  EXPECT_EQ(by_rule(edge8, [](auto at) { return zero(at); }), (Numbers{5, 3, 5, 3, 0, 3, 5, 3, 5}));
  for (const auto& [kernel, inside] : {std::pair{edge8, 0.0}, std::pair{sharpen, 1.0}}) {
    EXPECT_EQ(by_rule(kernel, [](auto at) { return clamp(at); }), Numbers(9, inside));
    EXPECT_EQ(by_rule(kernel, [](auto at) { return reflect(at); }), Numbers(9, inside));
    EXPECT_EQ(by_rule(kernel, [](auto at) { return wrap(at); }), Numbers(9, inside));
  }
}

// Z(i,j) = sum(m,n) V(i-m, j-n) K(m,n), zeros outside.
Numbers full(const Filled& image, const Filled& kernel) {
  const Shape size{image.shape[0] + kernel.shape[0] - 1, image.shape[1] + kernel.shape[1] - 1};
  const UserEquation equation = define("full_convolution", [=](Tensor<2> V, Tensor<2> K) {
    return Z(i.range(size[0]), j.range(size[1])) = sum(m, n)(V(zero(i - m), zero(j - n)) * K(m, n));
  });
  return interpret(equation, {image, kernel});
}

TEST(Textbook, SeparableKernels) {
  const Filled down{{3, 1}, {1, 2, 1}}, across{{1, 3}, {1, 2, 1}};
  EXPECT_EQ(full(down, across), gauss16);
  EXPECT_EQ(full(down, {{1, 3}, {-1, 0, 1}}), dx);
  EXPECT_EQ(full(down, {{1, 3}, {1, 0, -1}}), sobel);
  EXPECT_EQ(full({{3, 1}, {1, 1, 1}}, {{1, 3}, {1, 0, -1}}), prewitt);
  const Filled G{{3, 3}, gauss16};
  EXPECT_EQ(full(G, G), (Numbers{1,  4, 6, 4,  1,  4,  16, 24, 16, 4, 6, 24, 36,
                                 24, 6, 4, 16, 24, 16, 4,  1,  4,  6, 4, 1}));
  // First across, then down, is the same as at once.
  const Numbers first =
      interpret(conv(1, {1, 3}, no_bias), {{{1, 1, 5, 5}, X}, {{1, 1, 1, 3}, {1, 2, 1}}});
  EXPECT_EQ(interpret(conv(1, {3, 1}, no_bias), {{{1, 1, 5, 3}, first}, {{1, 1, 3, 1}, {1, 2, 1}}}),
            by_conv(X, gauss16));
}

TEST(Textbook, FullConvolutionCommutes) {
  const Filled a{{2, 2}, {1, 2, 3, 4}}, b{{2, 3}, {1, 0, -1, 2, 1, 0}};
  const Numbers expected = {1, 2, -1, -2, 5, 9, -1, -4, 6, 11, 4, 0};
  EXPECT_EQ(full(a, b), expected);
  EXPECT_EQ(full(b, a), expected);
}

const Filled x7{{7}, {1, 4, 2, 8, 5, 7, 3}}, k3{{3}, {2, -1, 3}};

TEST(Textbook, OneDimension) {
  const auto run = [](const UserEquation& equation) { return interpret(equation, {x7, k3}); };
  EXPECT_THAT(run(define("correlation",
                         [](Tensor<1> x, Tensor<1> w) { return Z(i) = sum(m)(x(i + m) * w(m)); })),
              ElementsAre(4, 30, 11, 32, 12));
  EXPECT_THAT(
      run(define("convolution",
                 [](Tensor<1> x, Tensor<1> w) { return Z(i) = sum(m)(x(i + 2 - m) * w(m)); })),
      ElementsAre(3, 26, 8, 33, 14));
  EXPECT_THAT(run(define("full",
                         [](Tensor<1> x, Tensor<1> w) {
                           return Z(i.range(9)) = sum(m)(x(zero(i - m)) * w(m));
                         })),
              ElementsAre(2, 7, 3, 26, 8, 33, 14, 18, 9));
  EXPECT_THAT(run(define("causal",
                         [](Tensor<1> x, Tensor<1> w) {
                           return Z(i.range(7)) = sum(m)(x(zero(i - m)) * w(m));
                         })),
              ElementsAre(2, 7, 3, 26, 8, 33, 14));
  EXPECT_THAT(run(define("same_convolution",
                         [](Tensor<1> x, Tensor<1> w) {
                           return Z(i.range(7)) = sum(m)(x(zero(i + 1 - m)) * w(m));
                         })),
              ElementsAre(7, 3, 26, 8, 33, 14, 18));
  EXPECT_THAT(
      run(define("strided",
                 [](Tensor<1> x, Tensor<1> w) { return Z(i) = sum(m)(x(i * 2 + m) * w(m)); })),
      ElementsAre(4, 11, 12));
  EXPECT_THAT(
      run(define("dilated",
                 [](Tensor<1> x, Tensor<1> w) { return Z(i) = sum(m)(x(i + m * 2) * w(m)); })),
      ElementsAre(15, 21, 8));
}

TEST(Textbook, OneDimensionByConv) {
  const auto run = [](const auto& layer) {
    return interpret(layer, {{{1, 1, 7}, x7.elements}, {{1, 1, 3}, k3.elements}});
  };
  EXPECT_THAT(run(conv(1, 3, no_bias)), ElementsAre(4, 30, 11, 32, 12));
  EXPECT_THAT(run(conv(1, 3, same, no_bias)), ElementsAre(11, 4, 30, 11, 32, 12, 11));
  EXPECT_THAT(run(conv(1, 3, stride(2), no_bias)), ElementsAre(4, 11, 12));
  EXPECT_THAT(run(conv(1, 3, dilation(2), no_bias)), ElementsAre(15, 21, 8));
}

TEST(Textbook, OneDimensionUnderEachBoundaryRule) {
  const auto run = [](auto rule) {
    return interpret(define("same_correlation",
                            [=](Tensor<1> x, Tensor<1> w) {
                              return Z(i.range(7)) = sum(m)(x(rule(i + m - 1)) * w(m));
                            }),
                     {x7, k3});
  };
  EXPECT_THAT(run([](auto at) { return zero(at); }), ElementsAre(11, 4, 30, 11, 32, 12, 11));
  EXPECT_THAT(run([](auto at) { return wrap(at); }), ElementsAre(17, 4, 30, 11, 32, 12, 14));
  EXPECT_THAT(run([](auto at) { return reflect(at); }), ElementsAre(19, 4, 30, 11, 32, 12, 32));
  EXPECT_THAT(run([](auto at) { return clamp(at); }), ElementsAre(13, 4, 30, 11, 32, 12, 20));
  EXPECT_THAT(run([](auto at) { return constant(at, 1); }), ElementsAre(13, 4, 30, 11, 32, 12, 14));
}

TEST(Textbook, CircularConvolution) {
  const UserEquation circular = define("circular", [](Tensor<1> x, Tensor<1> w) {
    return Z(i.range(4)) = sum(m)(x(wrap(i - m)) * w(m));
  });
  EXPECT_THAT(interpret(circular, {{{4}, {1, 2, 3, 4}}, {{4}, {1, 1, 0, 0}}}),
              ElementsAre(5, 3, 5, 7));
}

TEST(Textbook, PairKernel) {
  const Filled x{{1, 1, 5}, {3, 1, 4, 1, 5}};
  EXPECT_THAT(interpret(conv(1, 2, no_bias), {x, {{1, 1, 2}, {1, -1}}}), ElementsAre(2, -3, 3, -4));
  EXPECT_THAT(interpret(conv(1, 2, no_bias), {x, {{1, 1, 2}, {-1, 1}}}), ElementsAre(-2, 3, -3, 4));
}

TEST(Textbook, UnsharedAndTiledConvolution) {
  const Filled x{{4}, {1, 2, 3, 4}};
  const UserEquation unshared = define(
      "unshared", [](Tensor<1> x, Tensor<2> w) { return Z(j) = sum(m)(x(j + m) * w(j, m)); });
  EXPECT_THAT(interpret(unshared, {x, {{3, 2}, {1, 1, 1, -1, 2, 1}}}), ElementsAre(3, -1, 10));
  const auto tiled = [](int64_t t) {
    return define("tiled",
                  [=](Tensor<1> x, Tensor<2> w) { return Z(j) = sum(m)(x(j + m) * w(j % t, m)); });
  };
  EXPECT_THAT(interpret(tiled(2), {x, {{2, 2}, {1, 1, 1, -1}}}), ElementsAre(3, -1, 7));
  EXPECT_THAT(interpret(tiled(1), {x, {{1, 2}, {1, 1}}}), ElementsAre(3, 5, 7)); // convolution
  EXPECT_THAT(interpret(tiled(3), {x, {{3, 2}, {1, 1, 1, -1, 2, 1}}}), ElementsAre(3, -1, 10));
}

TEST(Textbook, TheSequence1011) {
  const Numbers sequence = {0, 1, 0, 1, 1, 0, 1, 1, 1, 0, 1, 0};
  const Numbers sums =
      interpret(conv(1, 4, no_bias), {{{1, 1, 12}, sequence}, {{1, 1, 4}, {1, -1, 1, 1}}});
  EXPECT_THAT(sums, ElementsAre(0, 3, 0, 1, 3, 1, 1, 1, 2));
  const UserEquation detector = define("detector", [](Tensor<1> x, Tensor<1> w) {
    const auto fires = let(S_(i) = sum(m)(x(i + m) * w(m)));
    return Z() = max(i)(select(fires(i) - 2.5 < 0.0, 0.0 * fires(i), 0.0 * fires(i) + 1.0));
  });
  EXPECT_THAT(interpret(detector, {{{12}, sequence}, {{4}, {1, -1, 1, 1}}}), ElementsAre(1));
  Numbers without = sequence;
  without[4] = without[6] = 0; // neither of the two is left
  EXPECT_THAT(interpret(detector, {{{12}, without}, {{4}, {1, -1, 1, 1}}}), ElementsAre(0));
}

TEST(Textbook, Backpropagation) {
  const Filled x{{5}, {1, 2, 3, 4, 5}}, w{{3}, {1, 0, -1}}, g{{3}, {1, 10, 100}};
  const auto one = [](auto make) { return define("backpropagation", make); };
  EXPECT_THAT(
      interpret(one([](Tensor<1> x, Tensor<1> w) { return Z(i) = sum(m)(x(i + m) * w(m)); }),
                {x, w}),
      ElementsAre(-2, -2, -2));
  EXPECT_THAT(
      interpret(one([](Tensor<1> x, Tensor<1> g) { return Z(i) = sum(m)(x(i + m) * g(m)); }),
                {x, g}),
      ElementsAre(321, 432, 543));
  EXPECT_THAT(interpret(one([](Tensor<1> w, Tensor<1> g) {
                          return Z(i.range(5)) = sum(m)(g(zero(i - m)) * w(m));
                        }),
                        {w, g}),
              ElementsAre(1, 10, 99, -10, -100));
}

// A worked exercise: padding in front or behind, o = x convolved with k, and its derivatives.
TEST(Textbook, OneSidedPadding) {
  const Filled x{{3}, {1, 2, 3}}, w{{2}, {10, 1}}, g{{3}, {1, 2, 4}};
  const auto run = [](int64_t shift, const Filled& a, const Filled& b) {
    return interpret(define("padded",
                            [=](Tensor<1> a, Tensor<1> b) {
                              return Z(i.range(3)) = sum(m)(a(zero(i + shift - m)) * b(m));
                            }),
                     {a, b});
  };
  const auto correlate = [](int64_t shift, const Filled& a, const Filled& b, int64_t extent) {
    return interpret(define("adjoint",
                            [=](Tensor<1> a, Tensor<1> b) {
                              return Z(i.range(extent)) = sum(m)(a(zero(m + i - shift)) * b(m));
                            }),
                     {a, b});
  };
  EXPECT_THAT(run(0, x, w), ElementsAre(10, 21, 32));
  EXPECT_THAT(correlate(0, g, w, 3), ElementsAre(12, 24, 40));
  EXPECT_THAT(correlate(0, g, x, 2), ElementsAre(17, 10));
  EXPECT_THAT(run(1, x, w), ElementsAre(21, 32, 3));
  EXPECT_THAT(correlate(1, g, w, 3), ElementsAre(1, 12, 24));
  EXPECT_THAT(correlate(1, g, x, 2), ElementsAre(8, 17));
}

} // namespace
} // namespace fovea
