// Outside source: the authors' formulation by unfolding, in PyTorch
// (tests/data/make_pytorch_convolution_values.py).
#include "check_op.hpp"
#include "interpret.hpp"
#include "torch_values.hpp"

#include <gtest/gtest.h>

namespace fovea {
namespace {

using namespace testing;

template <class... Options>
OpPtr by(const Extents& kernel, const Options&... options) {
  ops::Involution op;
  op.kernel = kernel.shape;
  (detail::apply_option(op, options), ...);
  return make_op(op);
}

TEST(Involution, AgreesWithPyTorch) {
  compare_convolution("involution.plain", by(3, same, groups(2)));
  compare_convolution("involution.stride", by(3, pad(1), stride(2), groups(3)));
  compare_convolution("involution.window", by({3, 2}, dilation(2), pad({0, 1}, {0, 1})));
}

TEST(Involution, Shapes) {
  check_op(by(3, same, groups(2)), {{1, 8, 6, 7}, {1, 18, 6, 7}});
  check_op(by({3, 2}, stride(2), dilation(2), pad(1), groups(3)), {{2, 3, 9, 8}, {2, 18, 4, 4}});
  check_op(by(4), {{2, 5, 11}, {2, 4, 8}}, {.dtype = DType::i32});
  check_op(by(2), {{1, 2, 3, 4, 3}, {1, 8, 2, 3, 2}}, {.dtype = DType::f64});
}

TEST(Involution, ByEqualKernelsIsDepthwiseConvolution) {
  Filled x{{1, 3, 4, 5}, {}};
  for (int k = 0; k < 60; ++k)
    x.elements.push_back(k * 7 % 11 - 5);
  const Filled weight{{3, 1, 2, 2}, {1, 2, -3, 4, 0, 5, 6, -1, 2, 2, 0.5, 7}};
  Filled kernels{{1, 12, 3, 4}, {}};
  for (double element : weight.elements)
    kernels.elements.insert(kernels.elements.end(), 12, element);
  EXPECT_EQ(interpret(by(2, groups(3)), {x, kernels}),
            interpret(conv(3, 2, groups(3), no_bias), {x, weight}));
}

TEST(Involution, IsAppliedToTwoTensors) {
  Network net("net");
  const Tensor<> x = net.input("x", {1, 8, 6, 6});
  const Tensor<> y = involution(x, x | conv(18, 1), 3, same, groups(2));
  EXPECT_EQ(y.shape(), (Shape{1, 8, 6, 6}));
  EXPECT_EQ(net.nodes().back().op->name(), "involution");
}

TEST(Involution, Refuses) {
  const auto types = [](const Shape& x, const Shape& kernels) {
    return Types{{DType::f32, x}, {DType::f32, kernels}};
  };
  EXPECT_EQ(shape_or_refusal(by(3, same), types({1, 4, 5, 6}, {1, 9, 5, 6})), "1x4x5x6");
  EXPECT_EQ(shape_or_refusal(by(3, same, groups(3)), types({1, 4, 5, 6}, {1, 9, 5, 6})),
            "3 groups do not divide its 4 channels; expected groups that divide them, got 3");
  EXPECT_EQ(shape_or_refusal(by(3), types({1, 4, 5, 6}, {1, 9, 5, 6})),
            "the kernels have the wrong shape or element type; expected 1x9x3x4, got 1x9x5x6; a "
            "kernel's elements for each group, at each place of the result");
  EXPECT_EQ(shape_or_refusal(by(6), types({1, 4, 5, 6}, {1, 9, 5, 6})),
            "the 6x6 kernel does not fit its 5x6 input; expected padded extent >= 6, got 5; use "
            "padding `same`, or a kernel of at most 5x6");
}

} // namespace
} // namespace fovea
