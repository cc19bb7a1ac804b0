// Minimal filtering: its transforms over rationals, the kernels, and how far they are from exact.
#include "compiler/kernels/winograd_bound.hpp"
#include "compiler/kernels/winograd_transform.hpp"
#include "tests/kernels/forms.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace fovea::kernel_test {
namespace {

using catalogue::Layout;
using kernels::amplification;
using kernels::Rational;
using kernels::RationalMatrix;
using kernels::winograd_bound;
using kernels::WinogradTransform;

const Algorithm& winograd(int64_t tile) {
  return find_algorithm("winograd" + std::to_string(tile));
}

std::vector<WinogradTransform> transforms() {
  std::vector<WinogradTransform> list;
  for (const int64_t tile : {2, 4, 6})
    for (const int64_t taps : {3, 5, 7})
      if (tile + taps - 1 <= 8)
        list.push_back(kernels::winograd_transform(tile, taps));
  return list;
}

std::string name_of(const WinogradTransform& transform) {
  return "F(" + std::to_string(transform.tile) + ", " + std::to_string(transform.taps) + ")";
}

// y(i) = sum(k) d(i + k) g(k) is linear in d and in g: with rationals it is enough, and exact, to
// try every pair of unit vectors.
TEST(WinogradTransform, IsCorrelation) {
  for (const WinogradTransform& transform : transforms())
    for (size_t i = 0; i < static_cast<size_t>(transform.tile); ++i)
      for (size_t j = 0; j < static_cast<size_t>(transform.size()); ++j)
        for (size_t k = 0; k < static_cast<size_t>(transform.taps); ++k) {
          Rational sum = 0;
          for (size_t s = 0; s < static_cast<size_t>(transform.size()); ++s)
            sum = sum + transform.output[i][s] * transform.weights[s][k] * transform.input[s][j];
          EXPECT_EQ(sum, Rational(j == i + k)) << name_of(transform) << " " << i << j << k;
        }
}

// What runs for every image must not round its own constants.
TEST(WinogradTransform, ConstantsOfImagesAreFloats) {
  for (const WinogradTransform& transform : transforms())
    for (const RationalMatrix* matrix : {&transform.input, &transform.output})
      for (const std::vector<Rational>& row : *matrix)
        for (const Rational& entry : row)
          EXPECT_EQ(entry.denominator() & (entry.denominator() - 1), 0) << name_of(transform);
}

// --- which convolutions
// ---------------------------------------------------------------------------

bool matches(int64_t tile, const Definition& definition) {
  return winograd(tile).matches({definition, test_target(), {}});
}

TEST(Winograd, TakesWindowsOfStrideOneOnly) {
  const Shape image{1, 16, 14, 14};
  EXPECT_TRUE(matches(2, convolution(image, 16, {3, 3}, 1, 1)));
  EXPECT_TRUE(matches(4, convolution(image, 16, {5, 5})));
  EXPECT_TRUE(matches(6, convolution(image, 16, {1, 3})));
  EXPECT_TRUE(matches(2, convolution({1, 16, 14}, 16, {7})));
  EXPECT_FALSE(matches(4, convolution(image, 16, {7, 7}))); // ten points
  EXPECT_FALSE(matches(6, convolution(image, 16, {5, 5})));
  EXPECT_FALSE(matches(2, convolution(image, 16, {1, 1})));
  EXPECT_FALSE(matches(2, convolution(image, 16, {2, 2})));
  EXPECT_FALSE(matches(2, convolution(image, 16, {3, 4})));
  EXPECT_FALSE(matches(2, convolution(image, 16, {3, 3}, 2)));
  EXPECT_FALSE(matches(2, convolution(image, 16, {3, 3}, 1, 0, 1, 2))); // dilation
  EXPECT_FALSE(matches(2, convolution(image, 16, {3, 3}, 1, 0, 4)));    // groups
  EXPECT_FALSE(matches(2, convolution(image, 16, {3, 3}, 1, 0, 16)));   // depthwise
  EXPECT_FALSE(matches(2, convolution({1, 16, 6, 6, 6}, 16, {3, 3, 3})));
}

// Points of a tile's transform, tiles, channels, filters.
TEST(Winograd, CostCountsTheProductsOfWholeTiles) {
  const auto macs = [](int64_t tile, const Definition& definition) {
    const catalogue::Target target = test_target();
    return winograd(tile).cost({definition, target, {}}, catalogue::Machine::nominal(target)).macs;
  };
  EXPECT_EQ(macs(4, convolution({1, 32, 14, 14}, 64, {3, 3}, 1, 1)), 6 * 6 * 4 * 4 * 32 * 64);
  EXPECT_EQ(macs(2, convolution({3, 16, 14, 15}, 32, {1, 3})), 4 * 3 * 14 * 7 * 16 * 32);
}

TEST(Winograd, IsNoChoiceWhereResultsMustBeWithinTheRunningBound) {
  const Problem problem{convolution({1, 256, 14, 14}, 256, {3, 3}, 1, 1), test_target(), {}};
  const catalogue::Machine machine = catalogue::Machine::nominal(problem.target);
  const catalogue::Catalogue catalogue = kernels::make_catalogue();
  const auto first = [&](catalogue::ErrorBound bound) {
    return std::string(catalogue.best(problem, {false, true, true}, machine, {.error_bound = bound})
                           .algorithm->name());
  };
  EXPECT_EQ(first(catalogue::ErrorBound::transform).substr(0, 8), "winograd");
  EXPECT_EQ(first(catalogue::ErrorBound::running), "direct");
}

// Rows, columns and vectors of filters of the multiplication's tile.
std::string tile_of(int64_t tile, const Definition& definition, const std::string& target) {
  Problem problem{definition, catalogue::parse_target(target), {}};
  problem.forms = preferred_forms(winograd(tile), problem);
  const std::string text =
      winograd(tile).default_schedule(problem).to_string(); // M: .. split(k_o, .., 4)
  std::string shape;
  for (const char* loop : {"j0_t_u, ", "j1_t_u, ", "k_o_u, "}) {
    const size_t at = text.find(loop);
    if (at == std::string::npos)
      return text;
    const size_t begin = at + std::string_view(loop).size();
    shape += text.substr(begin, text.find_first_of(",)", begin) - begin) + " ";
  }
  return shape;
}

// The fastest of those that were measured, in docs/decisions/winograd.md: one vector of filters
// where all weights come through the third-level cache, several where they come from memory.
TEST(Winograd, TilesFollowHowWeightsAreRead) {
  const std::string caches = " threads=1 l1=32768 l2=1048576 l3=33554432";
  const Definition small = convolution({1, 256, 14, 14}, 256, {3, 3}, 1, 1);
  EXPECT_EQ(tile_of(4, small, "x86-64-v3" + caches), "2 4 1 ");
  EXPECT_EQ(tile_of(4, small, "x86-64-v4" + caches), "4 4 1 ");
  const Definition large = convolution({1, 512, 7, 7}, 512, {3, 3}, 1, 1);
  for (const char* set : {"x86-64-v3", "x86-64-v4"}) {
    const std::string shape = tile_of(2, large, set + caches);
    EXPECT_GT(std::stoi(shape.substr(shape.rfind(' ', shape.size() - 2))), 1) << shape;
  }
}

// --- results
// --------------------------------------------------------------------------------------

// Prepared weights; images and results in blocks, or row-major.
Problem problem_of(int64_t tile, const Definition& definition, bool blocked) {
  Problem problem{definition, test_target(), {}};
  std::vector<bool> known(definition.operands.size(), false);
  known[1] = true;
  if (blocked)
    problem.forms = preferred_forms(winograd(tile), problem);
  return catalogue::with_preparations(winograd(tile), problem, known);
}

void expect_right(int64_t tile, const Definition& definition) {
  for (const bool blocked : {false, true}) {
    const Problem problem = problem_of(tile, definition, blocked);
    ASSERT_TRUE(winograd(tile).matches(problem)) << describe(winograd(tile), problem);
    check_forms(winograd(tile), problem, {.seed = 5});
  }
}

TEST(Winograd, AlongOneDimension) {
  expect_right(2, convolution({1, 8, 9, 11}, 17, {1, 3}, 1, -1));
  expect_right(6, convolution({2, 17, 13, 5}, 7, {3, 1}));
  expect_right(2, convolution({1, 3, 4, 15}, 8, {1, 7}, 1, -1));
  expect_right(4, convolution({3, 7, 21}, 24, {3}));
}

TEST(Winograd, WithDifferentWindows) {
  expect_right(4, convolution({1, 7, 9, 10}, 8, {5, 3}, 1, -1));
  expect_right(2, convolution({1, 8, 10, 9}, 3, {3, 7}));
}

TEST(Winograd, OnMapsSmallerThanATile) {
  expect_right(6, convolution({1, 24, 1, 1}, 7, {3, 3}, 1, 1));
  expect_right(4, convolution({3, 1, 3, 3}, 1, {3, 3}));
  expect_right(2, convolution({1, 3, 1, 7}, 17, {3, 3}, 1, -1));
}

TEST(Winograd, OfBatches) {
  expect_right(4, convolution({3, 17, 9, 9}, 24, {3, 3}, 1, -1));
  expect_right(6, convolution({3, 8, 8, 20}, 17, {3, 3}));
}

TEST(Winograd, WithEpilogues) {
  expect_right(2, with_epilogue(convolution({1, 7, 9, 13}, 24, {3, 3}, 1, 1), Epilogue::tanh));
  expect_right(4, with_epilogue(convolution({1, 24, 13, 9}, 7, {3, 3}, 1, 1), Epilogue::residual));
}

// --- special values and errors
// --------------------------------------------------------------------

struct Computed {
  std::vector<float> image, weights, results; // row-major, no bias
};

std::vector<float> uniform(int64_t count, Random& random) {
  std::uniform_real_distribution<float> range(-1, 1);
  std::vector<float> values(static_cast<size_t>(count));
  for (float& value : values)
    value = range(random);
  return values;
}

Computed compute(int64_t tile, const Definition& definition,
                 const std::vector<std::pair<size_t, float>>& specials) {
  Random random(11);
  const auto elements = [&](size_t k) { return definition.operands[k].type.shape.elements(); };
  Computed computed{uniform(elements(0), random), uniform(elements(1), random), {}};
  for (const auto& [place, value] : specials)
    computed.image[place] = value;
  catalogue::KernelRequest request;
  request.definition = definition;
  request.algorithm = winograd(tile).name();
  request.target = test_target();
  request.symbol = "kernel";
  const std::vector<float> bias(static_cast<size_t>(elements(2)), 0.0f);
  const Bytes result =
      run(request, {bytes_of(computed.image), bytes_of(computed.weights), bytes_of(bias)})[0];
  for (size_t k = 0; k < result.size() / sizeof(float); ++k)
    computed.results.push_back(element<float>(result, k));
  return computed;
}

// Transforms spread them to the other results of a tile; no result that they reach is finite.
TEST(Winograd, SpecialValuesReachTheirResults) {
  constexpr int64_t height = 32, width = 13, filters = 3, x = 7;
  const std::pair<int64_t, float> specials[] = {{4, std::numeric_limits<float>::quiet_NaN()},
                                                {25, std::numeric_limits<float>::infinity()}};
  for (const int64_t tile : {2, 4, 6}) {
    std::vector<std::pair<size_t, float>> places; // in the second channel
    for (const auto& [y, value] : specials)
      places.emplace_back((height + y) * width + x, value);
    const Computed computed =
        compute(tile, convolution({1, 2, height, width}, filters, {3, 3}, 1, 1), places);
    for (int64_t k = 0; k < filters; ++k)
      for (int64_t i = 0; i < height; ++i)
        for (int64_t j = 0; j < width; ++j) {
          const float result = computed.results[static_cast<size_t>((k * height + i) * width + j)];
          bool reached = false, far = true;
          for (const auto& [y, value] : specials) {
            const int64_t away = std::max(std::abs(i - y), std::abs(j - x));
            reached = reached || away <= 1;
            far = far && away > tile + 1;
          }
          EXPECT_TRUE(!reached || !std::isfinite(result)) << tile << " " << i << " " << j;
          EXPECT_TRUE(!far || std::isfinite(result)) << tile << " " << i << " " << j;
        }
  }
}

// The interpreter bounds each element's error along the transforms as they are written, which is
// what all other tests compare with; the bound by norms must never be below what really happens.
TEST(Winograd, ErrorsAreWithinTheBoundByNorms) {
  const auto largest = [](const std::vector<float>& values) {
    return std::abs(*std::max_element(values.begin(), values.end(),
                                      [](float a, float b) { return std::abs(a) < std::abs(b); }));
  };
  EXPECT_EQ(amplification(kernels::winograd_transform(2, 3)), 8); // by hand
  for (const int64_t tile : {2, 4, 6})
    for (const int64_t channels : {1, 24}) {
      const Definition definition = convolution({1, channels, 14, 14}, 8, {3, 3}, 1, 1);
      const Computed computed = compute(tile, definition, {});
      const WinogradTransform transform = kernels::winograd_transform(tile, 3);
      const double bound = winograd_bound({transform, transform}, channels) *
                           largest(computed.image) * largest(computed.weights);
      const std::vector<float> bias(8, 0.0f);
      Interpreter interpreter(
          definition,
          reader_of(definition, {computed.image.data(), computed.weights.data(), bias.data()}));
      const std::vector<Value> expected = interpreter.all(0);
      for (size_t k = 0; k < expected.size(); ++k)
        EXPECT_LE(std::abs(computed.results[k] - expected[k].real), bound) << tile;
    }
}

} // namespace
} // namespace fovea::kernel_test
