// Convolutions that share their weights otherwise than conv does: unshared, tiled, flipped. Outside
// source: loops over their published formulas, and numpy
// (tests/data/make_pytorch_convolution_values.py).
#include "check_op.hpp"
#include "interpret.hpp"
#include "torch_values.hpp"

#include <gtest/gtest.h>

namespace fovea {
namespace {

using namespace testing;

// 0.5, -0.25, 1, ...: some exact numbers.
Filled counted(const Shape& shape) {
  Filled filled{shape, {}};
  for (int64_t k = 0; k < shape.elements(); ++k)
    filled.elements.push_back(static_cast<double>(k * 7 % 11 - 4) / 4);
  return filled;
}

TEST(UnsharedConv, AgreesWithItsFormula) {
  compare_convolution("unshared_conv.plain", unshared_conv(3, {3, 2}));
  compare_convolution("unshared_conv.window",
                      unshared_conv(2, {3, 2}, stride({2, 1}), dilation({1, 2}), pad(1)));
  compare_convolution("unshared_conv.groups", unshared_conv(6, 2, groups(2)));
  compare_convolution("unshared_conv.one_dimension", unshared_conv(2, 3, stride(2)));
  compare_convolution("unshared_conv.three_dimensions", unshared_conv(2, 2));
}

TEST(TiledConv, AgreesWithItsFormula) {
  compare_convolution("tiled_conv.plain", tiled_conv(3, {3, 2}, period({2, 3})));
  compare_convolution("tiled_conv.window",
                      tiled_conv(2, {2, 3}, period({3, 1}), stride({1, 2}), pad(1)));
  compare_convolution("tiled_conv.groups", tiled_conv(2, 2, period(2), groups(2)));
  compare_convolution("tiled_conv.one_dimension", tiled_conv(2, 3, period(4)));
  compare_convolution("tiled_conv.three_dimensions", tiled_conv(2, 2, period({1, 2, 2})));
}

TEST(FlippedConv, AgreesWithItsFormula) {
  compare_convolution("flipped_conv.plain", flipped_conv(3, {3, 2}));
  compare_convolution("flipped_conv.window", flipped_conv(2, {3, 2}, stride({2, 1}),
                                                          dilation({1, 2}), pad({2, 1}, {2, 1})));
  compare_convolution("flipped_conv.groups", flipped_conv(2, {2, 3}, groups(2)));
  compare_convolution("flipped_conv.one_dimension", flipped_conv(1, 4, pad(3)));
}

TEST(UnsharedConv, Shapes) {
  check_op(unshared_conv(7, 3), {{2, 3, 6, 5}});
  check_op(unshared_conv(8, 3, same, no_bias), {{1, 16, 7, 8}});
  check_op(unshared_conv(6, {3, 2}, stride({2, 3}), dilation(2), pad(1), groups(3)),
           {{1, 3, 9, 8}});
  check_op(unshared_conv(3, 4, stride(2)), {{2, 3, 11}});
  check_op(unshared_conv(2, 2), {{1, 2, 3, 4, 3}}, {.dtype = DType::f64});
  check_op(unshared_conv(3, 3), {{1, 3, 6, 5}}, {.dtype = DType::i32});
}

TEST(TiledConv, Shapes) {
  check_op(tiled_conv(7, 3, period(2)), {{2, 3, 6, 5}});
  check_op(tiled_conv(8, 3, period({2, 4}), same, no_bias), {{1, 16, 7, 17}});
  check_op(tiled_conv(6, {3, 2}, period(3), stride({2, 1}), pad(1), groups(3)), {{1, 3, 9, 8}});
  check_op(tiled_conv(3, 4, period(20)), {{2, 3, 11}}); // more kernels than places
  check_op(tiled_conv(2, 2, period({1, 2, 2})), {{1, 2, 3, 4, 3}}, {.dtype = DType::f16});
}

TEST(FlippedConv, Shapes) {
  check_op(flipped_conv(7, 3), {{2, 3, 6, 5}});
  check_op(flipped_conv(16, 3, same), {{1, 8, 14, 16}});
  check_op(flipped_conv(6, {3, 2}, stride({2, 3}), dilation(2), pad(2), groups(3)), {{1, 3, 9, 8}});
  check_op(flipped_conv(3, 4, stride(2), no_bias), {{2, 3, 11}});
  check_op(flipped_conv(2, 2), {{1, 2, 3, 4, 3}}, {.dtype = DType::i32});
}

TEST(TiledConv, OfPeriodOneIsConv) {
  const Filled x = counted({2, 3, 5, 4}), weight = counted({4, 3, 3, 2}), bias = counted({4});
  Filled tiled_weight = weight, tiled_bias = bias;
  tiled_weight.shape = {4, 3, 3, 2, 1, 1};
  tiled_bias.shape = {4, 1, 1};
  EXPECT_EQ(interpret(tiled_conv(4, {3, 2}, same), {x, tiled_weight, tiled_bias}),
            interpret(conv(4, {3, 2}, same), {x, weight, bias}));
}

// W(i,j,l,m) = K(i,l,m,j)
TEST(TiledConv, OfTheResultsPeriodIsUnsharedConv) {
  const Filled x = counted({1, 2, 5, 4}), bias = counted({3, 3, 2});
  const Filled tiled = counted({3, 2, 3, 3, 3, 2});
  Filled unshared{{3, 3, 2, 2, 3, 3}, {}};
  for (int64_t i = 0; i < 3; ++i)
    for (int64_t place = 0; place < 6; ++place)
      for (int64_t tap = 0; tap < 18; ++tap) // channel and element of the kernel
        unshared.elements.push_back(
            tiled.elements[static_cast<size_t>((i * 18 + tap) * 6 + place)]);
  EXPECT_EQ(interpret(tiled_conv(3, 3, period({3, 2})), {x, tiled, bias}),
            interpret(unshared_conv(3, 3), {x, unshared, bias}));
}

TEST(FlippedConv, IsConvByAFlippedKernel) {
  const Filled x = counted({1, 2, 5, 6}), weight = counted({3, 2, 3, 4}), bias = counted({3});
  Filled flipped{weight.shape, {}};
  for (int64_t part = 0; part < 6; ++part)
    for (int64_t k = 11; k >= 0; --k)
      flipped.elements.push_back(weight.elements[static_cast<size_t>(part * 12 + k)]);
  EXPECT_EQ(interpret(flipped_conv(3, {3, 4}, same), {x, flipped, bias}),
            interpret(conv(3, {3, 4}, same), {x, weight, bias}));
}

// numpy.convolve([1, 2, -3, 4, 0.5], [2, 0, -1])
TEST(FlippedConv, AgreesWithNumpysConvolve) {
  EXPECT_EQ(interpret(flipped_conv(1, 3, pad(2), no_bias),
                      {{{1, 1, 5}, {1, 2, -3, 4, 0.5}}, {{1, 1, 3}, {2, 0, -1}}}),
            (Numbers{2, 4, -7, 6, 4, -4, -0.5}));
}

TEST(FlippedConv, CommutesWhereItIsFull) {
  const Filled a = counted({1, 1, 5, 4}), b = counted({1, 1, 2, 3});
  EXPECT_EQ(interpret(flipped_conv(1, {2, 3}, pad({1, 2}, {1, 2}), no_bias), {a, b}),
            interpret(flipped_conv(1, {5, 4}, pad({4, 3}, {4, 3}), no_bias), {b, a}));
}

static_assert(shape_of(unshared_conv(6, 5, stride(2)), {1, 3, 32, 31}) == Shape{1, 6, 14, 14});

// The parameters' shapes are those of the textbook's index order.
TEST(Convolutions, Parameters) {
  const Types x{{DType::f32, {1, 4, 9, 8}}};
  const auto shapes = [&](const auto& layer) {
    std::vector<Shape> list;
    for (const Parameter& parameter : layer.op.parameters(x))
      list.push_back(parameter.type.shape);
    return list;
  };
  using Shapes = std::vector<Shape>;
  EXPECT_EQ(shapes(unshared_conv(6, {3, 2}, groups(2))), (Shapes{{6, 7, 7, 2, 3, 2}, {6, 7, 7}}));
  EXPECT_EQ(shapes(tiled_conv(6, {3, 2}, period({2, 5}))), (Shapes{{6, 4, 3, 2, 2, 5}, {6, 2, 5}}));
  EXPECT_EQ(shapes(tiled_conv(6, 3, period(2), no_bias)), (Shapes{{6, 4, 3, 3, 2, 2}}));
  EXPECT_EQ(shapes(flipped_conv(6, 3)), (Shapes{{6, 4, 3, 3}, {6}}));
}

TEST(Convolutions, Refuse) {
  EXPECT_EQ(shape_or_refusal(unshared_conv(6, 5), {1, 16, 3, 3}),
            "the 5x5 kernel does not fit its 3x3 input; expected padded extent >= 5, got 3; use "
            "padding `same`, or a kernel of at most 3x3");
  EXPECT_EQ(shape_or_refusal(tiled_conv(6, 3, period({2, 0})), {1, 1, 8, 8}),
            "the period does not fit the input 1x1x8x8; expected entries from 1 to 2147483647, got "
            "2x0");
  EXPECT_EQ(shape_or_refusal(tiled_conv(6, 3, period({2, 2, 2})), {1, 1, 8, 8}),
            "the period does not fit the input 1x1x8x8; expected 1 or 2 entries, got 3");
  EXPECT_EQ(shape_or_refusal(flipped_conv(4, 3, groups(3)), {1, 6, 8, 8}),
            "3 groups do not divide its 6 channels and 4 filters; expected groups that divide "
            "both, got 3");
  EXPECT_EQ(shape_or_refusal(unshared_conv(INT64_C(1) << 40, 1), {1, 1, 1 << 20, 1 << 20}),
            "a weight is too large; expected a size in bytes below 2^63, got "
            "1099511627776x1048576x1048576x1x1x1");
}

} // namespace
} // namespace fovea
