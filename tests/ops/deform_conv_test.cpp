// Outside source: torchvision.ops.deform_conv2d (tests/data/make_pytorch_convolution_values.py).
#include "check_op.hpp"
#include "interpret.hpp"
#include "torch_values.hpp"

#include <gtest/gtest.h>

namespace fovea {
namespace {

using namespace testing;

template <class Op = ops::DeformConv, class... Options>
OpPtr by(int64_t filters, const Extents& kernel, const Options&... options) {
  return make_op(detail::convolution<Op>(filters, kernel, options...).op);
}
template <class... Options>
OpPtr modulated(int64_t filters, const Extents& kernel, const Options&... options) {
  return by<ops::ModulatedDeformConv>(filters, kernel, options...);
}

Filled counted(const Shape& shape) {
  Filled filled{shape, {}};
  for (int64_t k = 0; k < shape.elements(); ++k)
    filled.elements.push_back(static_cast<double>(k * 7 % 11 - 4) / 4);
  return filled;
}
Filled all(const Shape& shape, double number) {
  return {shape, Numbers(static_cast<size_t>(shape.elements()), number)};
}

TEST(DeformConv, AgreesWithTorchvision) {
  compare_convolution("deform_conv.plain", by(4, 3));
  compare_convolution("deform_conv.groups", by(6, {3, 2}, groups(2), offset_groups(2), pad(1)));
  compare_convolution("deform_conv.window", by(3, {3, 2}, stride({2, 1}), dilation({1, 2}),
                                               pad({2, 1}, {2, 1}), offset_groups(2)));
}

TEST(ModulatedDeformConv, AgreesWithTorchvision) {
  compare_convolution("modulated_deform_conv.plain", modulated(4, 3));
  compare_convolution("modulated_deform_conv.groups",
                      modulated(6, {3, 2}, groups(2), offset_groups(2), pad(1)));
  compare_convolution("modulated_deform_conv.window",
                      modulated(3, {3, 2}, stride({2, 1}), dilation({1, 2}), pad({2, 1}, {2, 1}),
                                offset_groups(2)));
}

TEST(DeformConv, Shapes) {
  const auto check = [](const OpPtr& op, const std::vector<Shape>& inputs,
                        DType dtype = DType::f32) {
    check_op(op, inputs, {.dtype = dtype, .ranges = {{"O", {-2.5, 2.5}}}});
  };
  check(by(7, 3), {{1, 3, 6, 7}, {1, 18, 4, 5}});
  check(by(6, 3, same, groups(3), offset_groups(3), no_bias), {{2, 3, 5, 4}, {2, 54, 5, 4}});
  check(by(2, 3, stride(2), dilation(2)), {{2, 3, 11}, {2, 3, 4}});
  check(by(2, 2), {{1, 2, 3, 4, 3}, {1, 24, 2, 3, 2}}, DType::f64);
  check(modulated(7, 3, pad(1)), {{1, 4, 6, 7}, {1, 18, 6, 7}, {1, 9, 6, 7}});
  check(modulated(3, {2, 3}, offset_groups(2)), {{1, 4, 5, 6}, {1, 24, 4, 4}, {1, 12, 4, 4}},
        DType::f16);
}

TEST(DeformConv, WithoutOffsetsIsConv) {
  const Filled x = counted({1, 4, 5, 6}), weight = counted({3, 4, 3, 3}), bias = counted({3});
  const Filled still = all({1, 18, 3, 3}, 0), ones = all({1, 9, 3, 3}, 1);
  const Numbers expected = interpret(conv(3, 3, pad(1), stride({2, 2})), {x, weight, bias});
  EXPECT_EQ(interpret(by(3, 3, pad(1), stride(2)), {x, still, weight, bias}), expected);
  EXPECT_EQ(interpret(modulated(3, 3, pad(1), stride(2)), {x, still, ones, weight, bias}),
            expected);
  const Filled volume = counted({1, 2, 3, 4, 3}), cube = counted({2, 2, 2, 2, 2});
  EXPECT_EQ(interpret(by(2, 2, no_bias), {volume, all({1, 24, 2, 3, 2}, 0), cube}),
            interpret(conv(2, 2, no_bias), {volume, cube}));
}

// One row and a half, and two columns, further.
TEST(DeformConv, ReadsBetweenElementsAtItsOffsets) {
  const Filled x{{1, 1, 4, 4}, {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}};
  Filled offsets{{1, 2, 4, 4}, {}};
  offsets.elements.insert(offsets.elements.end(), 16, 1.5);
  offsets.elements.insert(offsets.elements.end(), 16, 2);
  EXPECT_EQ(interpret(by(1, 1, no_bias), {x, offsets, {{1, 1, 1, 1}, {1}}}),
            (Numbers{8, 9, 0, 0, 12, 13, 0, 0, 7, 7.5, 0, 0, 0, 0, 0, 0}));
}

TEST(DeformConv, IsAppliedToTensors) {
  Network net("net");
  const Tensor<> x = net.input("x", {1, 8, 6, 6});
  const Tensor<> offsets = x | conv(18, 3, same), mask = x | conv(9, 3, same) | sigmoid;
  EXPECT_EQ(deform_conv(x, offsets, 4, 3, same).shape(), (Shape{1, 4, 6, 6}));
  EXPECT_EQ(modulated_deform_conv(x, offsets, mask, 4, 3, same, no_bias).shape(),
            (Shape{1, 4, 6, 6}));
  EXPECT_EQ(net.values()[static_cast<size_t>(net.parameters().back())].name,
            "modulated_deform_conv.weight");
}

TEST(DeformConv, Refuses) {
  const auto types = [](const Shape& x, const Shape& offsets) {
    return Types{{DType::f32, x}, {DType::f32, offsets}};
  };
  EXPECT_EQ(shape_or_refusal(by(4, 3), types({1, 4, 5, 6}, {1, 18, 3, 4})), "1x4x3x4");
  EXPECT_EQ(shape_or_refusal(by(4, 3), types({1, 4, 5, 6}, {1, 9, 3, 4})),
            "the offsets have the wrong shape or element type; expected 1x18x3x4, got 1x9x3x4");
  EXPECT_EQ(shape_or_refusal(by(4, 3, offset_groups(3)), types({1, 4, 5, 6}, {1, 54, 3, 4})),
            "3 groups of offsets do not divide its 4 channels; expected groups that divide them, "
            "got 3");
  Types masked = types({1, 4, 5, 6}, {1, 18, 3, 4});
  masked.push_back({DType::f32, {1, 18, 3, 4}});
  EXPECT_EQ(shape_or_refusal(modulated(4, 3), masked),
            "the mask has the wrong shape or element type; expected 1x9x3x4, got 1x18x3x4");
  EXPECT_EQ(shape_or_refusal(by(4, 3), {{DType::i32, {1, 4, 5, 6}}, {DType::i32, {1, 18, 3, 4}}}),
            "its elements are integers; expected a float type");
  EXPECT_STREQ(ops::ModulatedDeformConv{}.infer({{DType::f32, {1, 4, 5, 6}}}).error.expected,
               "data, offsets and mask, then weights");
}

} // namespace
} // namespace fovea
