// Outside source: PyTorch's conv1d, conv2d and conv3d (tests/data/make_pytorch_values.py), and the
// textbooks' exact cases in tests/dsl/textbook_test.cpp.
#include "check_op.hpp"
#include "torch_values.hpp"

#include <gtest/gtest.h>

namespace fovea {
namespace {

using namespace testing;

TEST(Conv, AgreesWithPyTorch) {
  compare_with_torch("conv.plain", conv(4, 3));
  compare_with_torch("conv.same", conv(5, 3, same));
  compare_with_torch("conv.no_bias", conv(1, 3, no_bias));
  compare_with_torch("conv.stride", conv(4, {3, 2}, stride({2, 3}), pad(1)));
  compare_with_torch("conv.dilation", conv(3, 3, dilation({2, 3})));
  compare_with_torch("conv.groups", conv(4, 3, groups(2), pad(1)));
  compare_with_torch("conv.depthwise", conv(7, 3, groups(7), same));
  compare_with_torch("conv.multiplier", conv(6, 3, groups(3)));
  compare_with_torch("conv.asymmetric", conv(3, {3, 4}, pad({2, 1}, {0, 3})));
  compare_with_torch("conv.one_dimension", conv(4, 4, stride(2)));
  compare_with_torch("conv.three_dimensions",
                     conv(3, {2, 3, 2}, stride({1, 2, 1}), pad({1, 1, 0}, {1, 1, 0})));
  compare_with_torch("conv.same_stride", conv(3, 3, same, stride(2)));
}

TEST(Conv, Channels) {
  for (int64_t channels : {1, 3, 7, 17})
    for (int64_t filters : {1, 3, 7, 17})
      check_op(conv(filters, 3), {{1, channels, 6, 5}});
  check_op(conv(16, 3, same), {{1, 8, 8, 8}});
  check_op(conv(24, 1), {{1, 16, 7, 7}});
}

TEST(Conv, Padding) {
  check_op(conv(3, 3, same), {{1, 3, 7, 6}});
  check_op(conv(3, 4, same), {{1, 2, 7, 6}}); // an even kernel: more padding behind
  check_op(conv(3, 3, pad(2)), {{1, 3, 4, 3}});
  check_op(conv(3, {3, 4}, pad({2, 0}, {0, 3})), {{1, 2, 6, 5}});
  check_op(conv(2, 1, pad(3)), {{1, 2, 2, 3}}); // rows of nothing but padding
}

TEST(Conv, StrideAndDilation) {
  check_op(conv(3, 3, stride(2)), {{1, 3, 9, 8}});
  check_op(conv(3, {3, 2}, stride({2, 3}), pad(1)), {{2, 3, 9, 8}});
  check_op(conv(4, 3, same, stride(2)), {{1, 3, 7, 8}});
  check_op(conv(3, 2, stride(5)), {{1, 2, 11, 13}}); // steps over elements
  check_op(conv(3, 3, dilation(2)), {{1, 3, 8, 7}});
  check_op(conv(3, 3, dilation({2, 3}), stride({3, 1}), same), {{1, 2, 9, 8}});
}

TEST(Conv, Groups) {
  check_op(conv(4, 3, groups(2)), {{1, 6, 5, 6}});
  check_op(conv(7, 3, groups(7), same), {{1, 7, 6, 6}});
  check_op(conv(17, 3, groups(17), stride(2)), {{1, 17, 7, 7}});
  check_op(conv(6, 2, groups(3), no_bias), {{2, 3, 4, 4}});
}

TEST(Conv, OneAndThreeDimensions) {
  for (int64_t channels : {1, 3, 7, 17})
    check_op(conv(channels, 4, stride(2)), {{2, channels, 11}});
  check_op(conv(3, 3, same, dilation(3)), {{1, 3, 10}});
  check_op(conv(3, {2, 3, 2}, stride({1, 2, 1}), pad({1, 1, 0}, {0, 1, 0})), {{1, 2, 4, 5, 4}});
  check_op(conv(7, 3, same), {{1, 3, 3, 4, 5}});
}

TEST(Conv, OneOutput) {
  check_op(conv(1, 5), {{1, 1, 5, 5}});
  check_op(conv(120, 5), {{1, 16, 5, 5}}); // LeNet-5's C5
  check_op(conv(1, 1, no_bias), {{1, 1, 1, 1}});
}

TEST(Conv, OtherTypes) {
  check_op(conv(3, 3, same), {{1, 3, 6, 5}}, {.dtype = DType::f64});
  check_op(conv(7, 3, stride(2)), {{1, 7, 7}}, {.dtype = DType::f64});
  check_op(conv(3, 3, same), {{1, 3, 6, 5}}, {.dtype = DType::i32});
}

TEST(Conv, Sizes) {
  EXPECT_EQ(shape_or_refusal(conv(6, 5), {1, 1, 32, 32}), "1x6x28x28");
  EXPECT_EQ(shape_or_refusal(conv(6, 5, same), {1, 1, 28, 28}), "1x6x28x28");
  EXPECT_EQ(shape_or_refusal(conv(1, 5, pad(1)), {1, 1, 28}), "1x1x26");
  EXPECT_EQ(shape_or_refusal(conv(96, 11, stride(4), pad(2)), {1, 3, 224, 224}), "1x96x55x55");
  EXPECT_EQ(shape_or_refusal(conv(4, 3, same, stride(2)), {1, 3, 7, 8}), "1x4x4x4");
  EXPECT_EQ(shape_or_refusal(conv(4, 3, dilation(3)), {2, 3, 8, 7, 9}), "2x4x2x1x3");
}

TEST(Conv, RefusesWhatDoesNotFit) {
  EXPECT_EQ(shape_or_refusal(conv(6, 5), {1, 16, 3, 3}),
            "the 5x5 kernel does not fit its 3x3 input; expected padded extent >= 5, got 3; use "
            "padding `same`, or a kernel of at most 3x3");
  EXPECT_EQ(shape_or_refusal(conv(6, 3, dilation(4)), {1, 1, 8, 9}),
            "the 3x3 kernel does not fit its 8x9 input; expected padded extent >= 9, got 8; use "
            "padding `same`, or a kernel of at most 8x9");
  EXPECT_EQ(
      shape_or_refusal(conv(4, 3, groups(3)), {1, 6, 8, 8}),
      "3 groups do not divide its 6 channels and 4 filters; expected groups that divide both, "
      "got 3");
  EXPECT_EQ(
      shape_or_refusal(conv(4, 3, groups(0)), {1, 6, 8, 8}),
      "0 groups do not divide its 6 channels and 4 filters; expected groups that divide both, "
      "got 0");
  EXPECT_EQ(shape_or_refusal(conv(0, 3), {1, 6, 8, 8}),
            "the number of filters is below 1; expected filters >= 1, got 0");
  EXPECT_EQ(
      shape_or_refusal(conv(4, 3), {1, 8, 8, 8, 8, 8}),
      "the input 1x8x8x8x8x8 has the wrong rank; expected rank 3 to 5, got rank 6; a batch of "
      "images is [batch, channels, height, width]");
  EXPECT_EQ(
      shape_or_refusal(conv(4, 3), {28, 28}),
      "the input 28x28 has the wrong rank; expected rank 3 to 5, got rank 2; a batch of images "
      "is [batch, channels, height, width]");
  EXPECT_EQ(shape_or_refusal(conv(4, 3), {1, 0, 28, 28}),
            "the input 1x0x28x28 has an extent below 1; expected extents >= 1, got 1x0x28x28");
}

TEST(Conv, RefusesAttributesThatMakeNoSense) {
  EXPECT_EQ(shape_or_refusal(conv(4, {3, 3, 3}), {1, 3, 8, 8}),
            "the kernel size does not fit the input 1x3x8x8; expected 1 or 2 entries, got 3");
  EXPECT_EQ(
      shape_or_refusal(conv(4, 0), {1, 3, 8, 8}),
      "the kernel size does not fit the input 1x3x8x8; expected entries from 1 to 2147483647, "
      "got 0");
  EXPECT_EQ(shape_or_refusal(conv(4, 3, stride(0)), {1, 3, 8, 8}),
            "the stride does not fit the input 1x3x8x8; expected entries from 1 to 2147483647, got "
            "0");
  EXPECT_EQ(
      shape_or_refusal(conv(4, 3, dilation({1, -1})), {1, 3, 8, 8}),
      "the dilation does not fit the input 1x3x8x8; expected entries from 1 to 2147483647, got "
      "1x-1");
  EXPECT_EQ(shape_or_refusal(conv(4, 3, pad(-1)), {1, 3, 8, 8}),
            "the padding in front does not fit the input 1x3x8x8; expected entries from 0 to "
            "2147483647, got -1");
  EXPECT_EQ(shape_or_refusal(conv(4, 3, pad({1, 1}, {1, 1, 1})), {1, 3, 8, 8}),
            "the padding behind does not fit the input 1x3x8x8; expected 1 or 2 entries, got 3");
  EXPECT_EQ(shape_or_refusal(conv(4, 3), {INT64_C(1) << 40, 1, INT64_C(1) << 30, 8}),
            "the input 1099511627776x1x1073741824x8 is too large; expected a size in bytes below "
            "2^63, got 1099511627776x1x1073741824x8");
}

TEST(Conv, RefusesParametersOfAnotherShape) {
  const auto layer = conv(4, 3);
  const auto infer = [&](const Types& types) { return layer.op.infer(types); };
  const TensorType x{DType::f32, {1, 3, 8, 8}}, weight{DType::f32, {4, 3, 3, 3}};
  EXPECT_TRUE(infer({x, weight, {DType::f32, {4}}}).ok());
  EXPECT_STREQ(infer({x, weight}).error.what, "the number of operands is wrong");
  EXPECT_STREQ(infer({x, {DType::f32, {4, 3, 3, 5}}, {DType::f32, {4}}}).error.what,
               "the weight has the wrong shape or element type");
  EXPECT_STREQ(infer({x, weight, {DType::f64, {4}}}).error.what,
               "the bias has the wrong shape or element type");
}

} // namespace
} // namespace fovea
