// Outside source: ONNX's reference implementation (tests/data/make_onnx_reduction_values.py).
#include "check_op.hpp"
#include "onnx_values.hpp"

#include <gtest/gtest.h>

namespace fovea {
namespace {

using namespace testing;

const OnnxValues& onnx() {
  static const OnnxValues values("onnx_reductions.safetensors");
  return values;
}

TEST(ConvTranspose, AgreesWithOnnx) {
  const auto compare = [](const char* name, const auto& layer) {
    onnx().compare(std::string("ConvTranspose.") + name, layer);
  };
  compare("plain", conv_transpose(3, 3));
  compare("no_bias", conv_transpose(1, {3, 2}, no_bias));
  compare("doubled", conv_transpose(2, 2, stride(2)));
  compare("dcgan", conv_transpose(2, 4, stride(2), pad(1)));
  compare("stride", conv_transpose(2, 3, stride({3, 2}), output_padding(1)));
  compare("asymmetric", conv_transpose(2, {3, 4}, stride({2, 1}), pad({0, 2}, {2, 1})));
  compare("apart", conv_transpose(2, 2, stride(3)));
  compare("dilation", conv_transpose(2, {2, 3}, dilation({2, 3})));
  compare("both", conv_transpose(2, {3, 2}, stride({2, 3}), dilation({3, 2}), pad({1, 0}, {2, 1})));
  compare("groups", conv_transpose(6, 3, stride(2), pad(1), groups(2)));
  compare("depthwise", conv_transpose(3, 4, stride(2), groups(3)));
  compare("line", conv_transpose(3, 3, stride(2)));
  compare("block", conv_transpose(2, {3, 2, 2}, stride({2, 2, 1})));
  compare("same", conv_transpose(2, 3, stride(2), same));
}

TEST(ConvTranspose, Shapes) {
  check_op(conv_transpose(5, 2, stride(2)), {{1, 7, 5, 6}});
  check_op(conv_transpose(8, 4, stride(2), pad(1)), {{2, 9, 4, 7}});
  check_op(conv_transpose(3, 3, stride(2), pad(1), output_padding(1), no_bias), {{1, 4, 5, 4}});
  check_op(conv_transpose(3, 3), {{1, 4, 6, 5}});
  check_op(conv_transpose(4, 3, stride(2), groups(2)), {{1, 6, 3, 4}});
  check_op(conv_transpose(2, 2, stride(2), dilation(3), pad(1)), {{1, 3, 4, 3}});
}

TEST(ConvTranspose, OneAndThreeDimensions) {
  check_op(conv_transpose(3, 5, stride(3)), {{2, 4, 9}});
  check_op(conv_transpose(2, 2, stride(2)), {{1, 3, 2, 3, 4}});
}

TEST(ConvTranspose, OtherTypes) {
  check_op(conv_transpose(2, 3, stride(2)), {{1, 3, 3, 4}}, {.dtype = DType::f64});
  check_op(conv_transpose(2, 3, stride(2)), {{1, 3, 3, 4}}, {.dtype = DType::i32});
}

static_assert(shape_of(conv_transpose(64, 4, stride(2), pad(1)), {1, 128, 8, 8}) ==
              Shape{1, 64, 16, 16});

TEST(ConvTranspose, Refuses) {
  EXPECT_EQ(shape_or_refusal(conv_transpose(6, 3, stride(2), output_padding({0, 1})), {1, 4, 8, 8}),
            "1x6x17x18");
  EXPECT_EQ(shape_or_refusal(conv_transpose(6, 3, stride(3), same), {1, 4, 8, 9}), "1x6x24x27");
  EXPECT_EQ(
      shape_or_refusal(conv_transpose(6, 3, groups(4)), {1, 6, 8, 8}),
      "4 groups do not divide its 6 channels and 6 filters; expected groups that divide both, "
      "got 4");
  EXPECT_EQ(shape_or_refusal(conv_transpose(0, 3), {1, 6, 8, 8}),
            "the number of filters is below 1; expected filters >= 1, got 0");
  EXPECT_EQ(shape_or_refusal(conv_transpose(1, {3, 3, 3}), {1, 6, 8, 8}),
            "the kernel size does not fit the input 1x6x8x8; expected 1 or 2 entries, got 3");
  EXPECT_EQ(shape_or_refusal(conv_transpose(1, 3, output_padding(-1)), {1, 6, 8, 8}),
            "the output padding does not fit the input 1x6x8x8; expected entries from 0 to "
            "2147483647, got -1");
  EXPECT_EQ(shape_or_refusal(conv_transpose(1, 2, pad(2)), {1, 1, 3, 3}),
            "padding takes the whole result away; expected padding below 4, got 2 and 2");
}

} // namespace
} // namespace fovea
