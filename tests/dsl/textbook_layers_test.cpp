// Exact cases of pools, normalisation and softmax, and properties that textbooks state of
// convolution; by the interpreter in float64.
#include "interpret.hpp"
#include "support/indices.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace fovea {
namespace {

using namespace testing;
using ::testing::DoubleNear;
using ::testing::ElementsAre;
using ::testing::Pointwise;

const Filled corner{{1, 1, 4, 4}, {3, 1, 4, 1, 9, 2, 6, 5, 5, 8, 9, 7, 3, 2, 3, 8}};

TEST(TextbookLayers, Pools) {
  EXPECT_THAT(interpret(max_pool(2), {corner}), ElementsAre(9, 6, 8, 9));
  EXPECT_THAT(interpret(avg_pool(2), {corner}), ElementsAre(3.75, 4, 4.5, 6.75));
  const Filled image{{4, 4}, corner.elements};
  const auto pool = [&](auto make) { return interpret(define("pool", make), {image}); };
  const auto at = [](const Tensor<2>& x) { return x(i * 2 + m, j * 2 + n); };
  EXPECT_THAT(pool([=](Tensor<2> x) {
                return Z(i.range(2), j.range(2)) = min(m.range(2), n.range(2))(at(x));
              }),
              ElementsAre(1, 1, 2, 3));
  EXPECT_THAT(pool([=](Tensor<2> x) {
                return Z(i.range(2), j.range(2)) = sqrt(sum(m.range(2), n.range(2))(at(x) * at(x)));
              }),
              ElementsAre(std::sqrt(95), std::sqrt(78), std::sqrt(102), std::sqrt(203)));
}

TEST(TextbookLayers, PooledMaximumIsUnchangedByAShiftInsideTheWindow) {
  const Numbers first = interpret(max_pool(2), {{{1, 1, 4}, {0, 7, 5, 0}}});
  EXPECT_EQ(first, interpret(max_pool(2), {{{1, 1, 4}, {7, 0, 0, 5}}}));
}

TEST(TextbookLayers, BatchNorm) {
  const Filled one{{1}, {1}}, none{{1}, {0}}, mean{{1}, {2.5}}, variance{{1}, {1.25}};
  const Numbers normal =
      interpret(batch_norm(0.0), {{{4, 1}, {1, 2, 3, 4}}, one, none, mean, variance});
  EXPECT_THAT(normal, Pointwise(DoubleNear(1e-7), {-1.3416408, -0.4472136, 0.4472136, 1.3416408}));
}

// A norm of negative scale does not commute with a max pool: nobody may fold it through.
TEST(TextbookLayers, FoldTrap) {
  const Filled window{{1, 1, 2}, {1, 3}}, scale{{1}, {-1}}, none{{1}, {0}}, one{{1}, {1}};
  const auto norm = [&](const Filled& x) {
    return interpret(batch_norm(0.0), {x, scale, none, none, one});
  };
  const Filled pooled{{1, 1, 1}, interpret(max_pool(2), {window})};
  EXPECT_THAT(norm(pooled), ElementsAre(-3));
  EXPECT_THAT(interpret(max_pool(2), {{{1, 1, 2}, norm(window)}}), ElementsAre(-1));
}

TEST(TextbookLayers, MinMaxNormalisation) {
  const UserEquation scaled = define("min_max", [](Tensor<1> x) {
    const auto low = let(M_() = min(m)(x(m)));
    const auto high = let(E_() = max(m)(x(m)));
    return Z(i) = (x(i) - low()) / (high() - low());
  });
  EXPECT_THAT(interpret(scaled, {{{4}, {1, 2, 3, 4}}}), ElementsAre(0, 1.0 / 3, 2.0 / 3, 1));
}

TEST(TextbookLayers, Softmax) {
  const Numbers equal = interpret(softmax, {{{1, 10}, Numbers(10, 7)}});
  EXPECT_THAT(equal, Pointwise(DoubleNear(1e-15), Numbers(10, 0.1)));
  EXPECT_NEAR(-std::log(equal[3]), 2.302585, 1e-6); // ln 10
  Numbers logits;
  for (int c = 0; c < 10; ++c)
    logits.push_back(c);
  EXPECT_NEAR(-std::log(interpret(softmax, {{{1, 10}, logits}})[3]), 6.458630, 1e-6);
}

const Filled image{{5, 5},
                   {3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8, 9, 7, 9, 3, 2, 3, 8, 4, 6, 2, 6, 4, 3}};
const Filled kernel{{3, 3}, {1, -2, 3, 0, 4, -1, 2, 5, -3}};

Filled shifted(const Filled& square, int64_t down, int64_t right) {
  const int64_t side = square.shape[0];
  Filled result = square;
  for (int64_t a = 0; a < side; ++a)
    for (int64_t b = 0; b < side; ++b)
      result.elements[static_cast<size_t>((a + down) % side * side + (b + right) % side)] =
          square.elements[static_cast<size_t>(a * side + b)];
  return result;
}

TEST(TextbookLayers, EquivarianceUnderShifts) {
  const UserEquation wrapped = define("wrapped", [](Tensor<2> x, Tensor<2> w) {
    return Z(i.range(5), j.range(5)) = sum(m, n)(x(wrap(i + m - 1), wrap(j + n - 1)) * w(m, n));
  });
  const Filled result{{5, 5}, interpret(wrapped, {image, kernel})};
  for (int64_t down : {1, 3})
    for (int64_t right : {0, 2})
      EXPECT_EQ(interpret(wrapped, {shifted(image, down, right), kernel}),
                shifted(result, down, right).elements);
}

// With stride s the result moves by one where the input moves by s.
TEST(TextbookLayers, EquivarianceUnderStrides) {
  const UserEquation strided = define("strided", [](Tensor<1> x, Tensor<1> w) {
    return Z(i.range(3)) = sum(m)(x(wrap(i * 2 + m)) * w(m));
  });
  const Filled w{{3}, {2, -1, 3}};
  const Numbers before = interpret(strided, {{{6}, {1, 4, 2, 8, 5, 7}}, w});
  const Numbers after = interpret(strided, {{{6}, {5, 7, 1, 4, 2, 8}}, w});
  EXPECT_EQ(after, (Numbers{before[2], before[0], before[1]}));
}

// A quarter turn counter-clockwise.
Numbers turned(const Numbers& square, int64_t side) {
  Numbers result(square.size());
  for (int64_t a = 0; a < side; ++a)
    for (int64_t b = 0; b < side; ++b)
      result[static_cast<size_t>((side - 1 - b) * side + a)] =
          square[static_cast<size_t>(a * side + b)];
  return result;
}

TEST(TextbookLayers, RotationNeedsASymmetricKernel) {
  const auto run = [](const Numbers& x, const Numbers& w) {
    return interpret(conv(1, 3, no_bias), {{{1, 1, 5, 5}, x}, {{1, 1, 3, 3}, w}});
  };
  const Numbers symmetric = {0, 1, 0, 1, -4, 1, 0, 1, 0};
  EXPECT_EQ(run(turned(image.elements, 5), symmetric), turned(run(image.elements, symmetric), 3));
  EXPECT_NE(run(turned(image.elements, 5), kernel.elements),
            turned(run(image.elements, kernel.elements), 3));
}

TEST(TextbookLayers, PermutedChannelsWithPermutedKernelsChangeNothing) {
  const Filled x{{1, 3, 4}, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}};
  const Filled w{{2, 3, 2}, {1, -1, 2, 0, 3, 1, 0, 4, -2, 5, 1, 1}};
  const Filled y{{1, 3, 4}, {9, 10, 11, 12, 1, 2, 3, 4, 5, 6, 7, 8}};
  const Filled v{{2, 3, 2}, {3, 1, 1, -1, 2, 0, 1, 1, 0, 4, -2, 5}};
  EXPECT_EQ(interpret(conv(2, 2, no_bias), {x, w}), interpret(conv(2, 2, no_bias), {y, v}));
}

TEST(TextbookLayers, ConvolutionIsLinear) {
  const auto run = [](const Numbers& x) {
    return interpret(conv(1, 3, no_bias), {{{1, 1, 5, 5}, x}, {{1, 1, 3, 3}, kernel.elements}});
  };
  const Numbers other = turned(image.elements, 5);
  Numbers combined, expected;
  for (size_t e = 0; e < other.size(); ++e)
    combined.push_back(3 * image.elements[e] - 2 * other[e]);
  const Numbers a = run(image.elements), b = run(other);
  for (size_t e = 0; e < a.size(); ++e)
    expected.push_back(3 * a[e] - 2 * b[e]);
  EXPECT_EQ(run(combined), expected);
}

} // namespace
} // namespace fovea
