// Pools beside ONNX's: min, adaptive, weighted, maxout. Outside source: PyTorch, and a loop over
// the formula of weighted average pooling (tests/data/make_pytorch_convolution_values.py).
#include "check_op.hpp"
#include "interpret.hpp"
#include "torch_values.hpp"

#include <fovea/definition/interpreter.hpp>

#include <gtest/gtest.h>

namespace fovea {
namespace {

using namespace testing;

TEST(MinPool, AgreesWithPyTorch) {
  compare_convolution("min_pool.plain", min_pool(2));
  compare_convolution("min_pool.padded", min_pool(3, stride(2), pad(1)));
  compare_convolution("min_pool.dilation", min_pool(2, stride(1), dilation({2, 3})));
  compare_convolution("min_pool.nan", min_pool(2));
}

TEST(MinPool, Shapes) {
  check_op(min_pool(2), {{1, 7, 6, 7}});
  check_op(min_pool(3, stride(2), pad(1)), {{2, 3, 7, 8}});
  check_op(min_pool(3, same, stride(1)), {{2, 7, 9}});
  check_op(min_pool(2, ceil_mode), {{1, 3, 5, 5, 5}});
}

// Padding never wins, whatever the type's largest value.
TEST(MinPool, OtherTypes) {
  for (DType dtype : {DType::f64, DType::i8, DType::u8, DType::i32, DType::i64, DType::boolean})
    check_op(min_pool(3, stride(2), pad(1)), {{1, 3, 7, 6}}, {.dtype = dtype});
}

// Each element is the result where it alone is in the window: 2^63 - 1 is no float64.
TEST(MinPool, OfTheLargestIntegersIsThem) {
  ops::MinPool op = min_pool(2, stride(2), pad(1)).op;
  const Definition definition = op.definition({{DType::i64, {1, 1, 3}}});
  const std::vector<int64_t> x{INT64_MAX, INT64_MAX, INT64_MAX - 1};
  Interpreter interpreter(definition, reader_of(definition, {x.data()}));
  EXPECT_EQ(interpreter.element(0, {0, 0, 0}).integer, INT64_MAX);
  EXPECT_EQ(interpreter.element(0, {0, 0, 1}).integer, INT64_MAX - 1);
}

TEST(AdaptivePools, AgreeWithPyTorch) {
  const auto compare = [](const char* name, const Extents& outputs) {
    compare_convolution(std::string("adaptive_avg_pool.") + name, adaptive_avg_pool(outputs));
    compare_convolution(std::string("adaptive_max_pool.") + name, adaptive_max_pool(outputs));
  };
  compare("divides", {4, 3});
  compare("overlaps", {3, 4});
  compare("larger", {5, 7});
  compare("one", 1);
  compare("same", {5, 4});
  compare("line", 4);
  compare("volume", {2, 4, 3});
}

TEST(AdaptivePools, Shapes) {
  check_op(adaptive_avg_pool(7), {{1, 16, 14, 15}});
  check_op(adaptive_avg_pool({2, 3}), {{2, 3, 8, 9}});
  check_op(adaptive_avg_pool(6), {{2, 5, 17}}, {.dtype = DType::f16});
  check_op(adaptive_max_pool(7), {{1, 16, 14, 15}});
  check_op(adaptive_max_pool({5, 3}), {{2, 3, 3, 9}});
  check_op(adaptive_max_pool({2, 1, 3}), {{1, 3, 5, 4, 7}});
  check_op(adaptive_max_pool(4), {{2, 5, 9}}, {.dtype = DType::u8});
}

TEST(AdaptivePools, OfAsManyOutputsAreTheIdentity) {
  const Filled x{{1, 1, 2, 3}, {3, -1, 4, 1, -5, 9}};
  EXPECT_EQ(interpret(adaptive_avg_pool({2, 3}), {x}), x.elements);
  EXPECT_EQ(interpret(adaptive_max_pool({2, 3}), {x}), x.elements);
}

TEST(AdaptivePools, OfADivisorArePlainPools) {
  const Types x{{DType::f32, {2, 3, 8, 9}}};
  const auto values = [&](const auto& layer) {
    return interpret(layer, {{{1, 1, 4, 3}, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}}});
  };
  EXPECT_EQ(values(adaptive_max_pool({2, 1})), values(max_pool({2, 3})));
  EXPECT_EQ(values(adaptive_avg_pool({2, 1})), values(avg_pool({2, 3})));
  EXPECT_EQ(canonical_text(adaptive_max_pool({4, 3}).op.definition(x)),
            canonical_text(max_pool({2, 3}).op.definition(x)));
}

TEST(AdaptivePools, Refuse) {
  EXPECT_EQ(shape_or_refusal(adaptive_avg_pool({1, 3}), {2, 64, 7, 9}), "2x64x1x3");
  EXPECT_EQ(shape_or_refusal(adaptive_max_pool(2), {2, 64, 7, 9, 5}), "2x64x2x2x2");
  EXPECT_EQ(shape_or_refusal(adaptive_avg_pool({1, 2, 3}), {2, 64, 7, 9}),
            "the outputs do not fit the input 2x64x7x9; expected 1 or 2 entries, got 3");
  EXPECT_EQ(shape_or_refusal(adaptive_max_pool(0), {2, 64, 7}),
            "the outputs do not fit the input 2x64x7; expected entries from 1 to 2147483647, got "
            "0");
  EXPECT_EQ(shape_or_refusal(ops::AdaptiveAvgPool{}, {{DType::i32, {1, 2, 3}}}),
            "its elements are integers; expected a float type");
}

TEST(WeightedAvgPool, AgreesWithItsFormula) {
  compare_convolution("weighted_avg_pool.plain", weighted_avg_pool(2));
  compare_convolution("weighted_avg_pool.padded", weighted_avg_pool(3, stride(2), pad(1)));
  compare_convolution("weighted_avg_pool.line",
                      weighted_avg_pool(3, stride(1), dilation(2), pad(1)));
}

// Weights above 0: sums that vanish divide by nothing.
TEST(WeightedAvgPool, Shapes) {
  const std::map<std::string, ValueRange> weights{{"W", {0.5, 2}}};
  check_op(weighted_avg_pool(2), {{1, 7, 6, 7}}, {.ranges = weights});
  check_op(weighted_avg_pool(3, stride(2), pad(1)), {{2, 3, 7, 8}}, {.ranges = weights});
  check_op(weighted_avg_pool(3, stride(2), ceil_mode), {{1, 3, 8, 8}}, {.ranges = weights});
  check_op(weighted_avg_pool(2, same), {{1, 3, 3, 4, 5}}, {.ranges = weights});
}

TEST(WeightedAvgPool, OfEqualWeightsIsTheAverage) {
  const Filled x{{1, 1, 3, 4}, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}};
  EXPECT_EQ(interpret(weighted_avg_pool(2, stride(1), same), {x, {{2, 2}, {1, 1, 1, 1}}}),
            interpret(avg_pool(2, stride(1), same), {x}));
}

TEST(WeightedAvgPool, Refuses) {
  EXPECT_EQ(shape_or_refusal(ops::WeightedAvgPool{}, {{DType::i32, {1, 2, 3}}}),
            "its elements are integers; expected a float type");
  EXPECT_STREQ(
      weighted_avg_pool(2).op.infer({{DType::f32, {1, 1, 4, 4}}, {DType::f32, {2, 3}}}).error.what,
      "the weight has the wrong shape or element type");
}

TEST(Maxout, AgreesWithPyTorch) {
  compare_convolution("maxout.channels", maxout(2));
  compare_convolution("maxout.features", maxout(5, -1));
}

TEST(Maxout, Shapes) {
  check_op(maxout(2), {{2, 16, 5, 7}});
  check_op(maxout(5, -1), {{3, 35}});
  check_op(maxout(3, 0), {{9}}, {.dtype = DType::i8});
  check_op(maxout(1), {{2, 3}});
  EXPECT_EQ(shape_or_refusal(maxout(4), {1, 8, 5}), "1x2x5");
  EXPECT_EQ(shape_or_refusal(maxout(3), {1, 8, 5}),
            "the extent 8 does not fall into groups of pieces; expected pieces that divide 8, got "
            "3");
  EXPECT_EQ(shape_or_refusal(maxout(0), {1, 8, 5}),
            "the extent 8 does not fall into groups of pieces; expected pieces that divide 8, got "
            "0");
  EXPECT_EQ(shape_or_refusal(maxout(2, 3), {1, 8, 5}),
            "the axis is no dimension of the input 1x8x5; expected -3 to 2, got 3");
}

} // namespace
} // namespace fovea
