// Products of a matrix and few vectors.
#include "tests/kernels/forms.hpp"

#include <fovea/dsl.hpp>

namespace fovea::kernel_test {
namespace {

using catalogue::Layout;
using catalogue::Machine;

const Algorithm& gemv() {
  return find_algorithm("gemv");
}

Definition dense(int64_t batch, int64_t features, int64_t outputs, bool bias = true) {
  ops::Dense op;
  op.outputs = outputs;
  op.bias = bias;
  Types types{{DType::f32, {batch, features}}, {DType::f32, {outputs, features}}};
  if (bias)
    types.push_back({DType::f32, {outputs}});
  return op.definition(types);
}

void expect_right(const Problem& problem, bool special_values = false) {
  ASSERT_TRUE(gemv().matches(problem)) << to_string(problem.definition);
  check_forms(gemv(), problem, {.seed = 3, .special_values = special_values});
}

TEST(Gemv, OfManyShapes) {
  for (const catalogue::Target& target : instruction_sets())
    for (const auto& [batch, features, outputs] : {std::tuple<int64_t, int64_t, int64_t>{1, 4, 2},
                                                   {1, 7, 3},
                                                   {1, 17, 17},
                                                   {1, 84, 10},
                                                   {1, 1000, 33},
                                                   {2, 131, 9},
                                                   {3, 64, 7},
                                                   {7, 100, 12},
                                                   {8, 47, 40}})
      expect_right({dense(batch, features, outputs), target});
}

TEST(Gemv, InParallel) {
  expect_right({dense(1, 1024, 301), test_target()});
  expect_right({dense(3, 520, 250, false), test_target()});
}

TEST(Gemv, WithEpilogues) {
  for (const Epilogue epilogue : epilogues)
    for (const int64_t batch : {1, 5})
      expect_right({with_epilogue(dense(batch, 45, 21), epilogue), test_target()});
}

// NaN and infinities reach those sums that they are terms of, and none of the others.
TEST(Gemv, OfSpecialValues) {
  for (const catalogue::Target& target : instruction_sets())
    expect_right({with_epilogue(dense(2, 37, 19), Epilogue::relu), target}, true);
}

// A kernel as large as the map leaves one pixel.
TEST(Gemv, OfAConvolutionOfTheWholeMap) {
  expect_right({convolution({1, 16, 5, 5}, 120, {5, 5}), test_target()});
  expect_right({convolution({3, 10, 1, 1}, 20, {1, 1}), test_target()});
}

// Blocks of a map of one pixel stand as row-major channels do.
TEST(Gemv, OfBlocksOfOnePixel) {
  const catalogue::Target target = test_target();
  const Layout blocked = Layout::blocked(1, target.lanes(4));
  const Definition conv = convolution({2, 40, 1, 1}, 2 * target.lanes(4), {1, 1});
  expect_right({conv, target, {{blocked}, {blocked}, {}}});
  expect_right({conv, target, {{blocked}, {}, {}}});
}

// Z(i) = sum(l) W(i, l) x(l), the matrix first.
TEST(Gemv, FactorsInEitherOrder) {
  Builder builder("reversed");
  const int w = builder.operand("W", DType::f32, {29, 50});
  const int x = builder.operand("x", DType::f32, {2, 50});
  const int z = builder.reduction(
      "Z", {{"i", 29}, {"b", 2}}, ReduceKind::sum, {{"l", 50}},
      mul(builder.read(w, {index(0), index(2)}), builder.read(x, {index(1), index(2)})));
  expect_right({builder.results({z}), test_target()});
}

TEST(Gemv, NotOfWhatItWouldReadAcross) {
  const catalogue::Target target = test_target();
  EXPECT_FALSE(gemv().matches({dense(9, 50, 50), target}));
  EXPECT_FALSE(gemv().matches({convolution({1, 8, 6, 6}, 8, {3, 3}), target}));
  EXPECT_FALSE(gemv().matches({dense(1, 50, 50), target, {{}, {}, {false, true}}}));
  const Layout blocked = Layout::blocked(1, target.lanes(4));
  EXPECT_FALSE(
      gemv().matches({convolution({1, 16, 5, 5}, 120, {5, 5}), target, {{blocked}, {}, {}}}));
  Builder builder("transposed");
  const int x = builder.operand("x", DType::f32, {50});
  const int w = builder.operand("W", DType::f32, {50, 20});
  const int z =
      builder.reduction("Z", {{"i", 20}}, ReduceKind::sum, {{"l", 50}},
                        mul(builder.read(x, {index(1)}), builder.read(w, {index(1), index(0)})));
  EXPECT_FALSE(gemv().matches({builder.results({z}), target}));
  Builder doubles("doubles");
  const int a = doubles.operand("x", DType::f64, {50});
  const int b = doubles.operand("W", DType::f64, {20, 50});
  const int y =
      doubles.reduction("Z", {{"i", 20}}, ReduceKind::sum, {{"l", 50}},
                        mul(doubles.read(a, {index(1)}), doubles.read(b, {index(0), index(1)})));
  EXPECT_FALSE(gemv().matches({doubles.results({y}), target}));
}

// One vector: the matrix as it is, where it is not known before the kernel runs; else packed in the
// order in which it is read. Many: what a matrix product is for.
TEST(Gemv, IsChosenForOneVector) {
  const catalogue::Catalogue catalogue = kernels::make_catalogue();
  const catalogue::Target target = test_target();
  const std::vector<bool> computed{false, false, false}, weights{false, true, true};
  const auto best = [&](int64_t batch, int64_t features, int64_t outputs,
                        const std::vector<bool>& known) {
    return std::string(
        catalogue
            .best({dense(batch, features, outputs), target, {}}, known, Machine::nominal(target))
            .algorithm->name());
  };
  EXPECT_EQ(best(1, 4096, 4096, computed), "gemv");
  EXPECT_EQ(best(1, 2048, 1000, computed), "gemv");
  EXPECT_EQ(best(1, 4096, 4096, weights), "direct");
  EXPECT_EQ(best(1, 400, 120, weights), "gemv"); // in the cache
  EXPECT_NE(best(16, 4096, 1000, weights), "gemv");
  EXPECT_EQ(best(64, 120, 84, weights), "direct");
}

} // namespace
} // namespace fovea::kernel_test
