// Windows as columns and back. Outside source: PyTorch's unfold and fold
// (tests/data/make_pytorch_convolution_values.py).
#include "check_op.hpp"
#include "interpret.hpp"
#include "torch_values.hpp"

#include <gtest/gtest.h>

namespace fovea {
namespace {

using namespace testing;

TEST(Columns, AgreeWithPyTorch) {
  compare_convolution("im2col.plain", im2col({3, 2}));
  compare_convolution("im2col.same", im2col(3, same));
  compare_convolution("im2col.stride", im2col({3, 2}, stride({2, 3}), pad({1, 0}, {1, 0})));
  compare_convolution("im2col.dilation", im2col({3, 2}, dilation({2, 3}), pad(1)));
  compare_convolution("im2col.both", im2col(3, dilation({2, 3}), stride({3, 2}), pad(2)));
  compare_convolution("im2col.apart", im2col(2, stride(3)));
  compare_convolution("col2im.plain", col2im({5, 6}, {3, 2}));
  compare_convolution("col2im.same", col2im({5, 4}, 3, same));
  compare_convolution("col2im.stride", col2im({8, 7}, {3, 2}, stride({2, 3}), pad({1, 0}, {1, 0})));
  compare_convolution("col2im.dilation", col2im({8, 9}, {3, 2}, dilation({2, 3}), pad(1)));
  compare_convolution("col2im.both", col2im({9, 10}, 3, dilation({2, 3}), stride({3, 2}), pad(2)));
  compare_convolution("col2im.apart", col2im({8, 8}, 2, stride(3)));
}

TEST(Columns, Shapes) {
  check_op(im2col(3), {{2, 3, 6, 17}});
  check_op(im2col({3, 2}, same, stride(2), dilation(2)), {{1, 4, 7, 8}});
  check_op(im2col(2), {{1, 2, 9}}, {.dtype = DType::u8});
  check_op(im2col(2, pad(1)), {{1, 2, 3, 4, 3}});
  check_op(col2im({6, 17}, 3), {{2, 27, 60}});
  check_op(col2im({7, 8}, {3, 2}, same, stride(2), dilation(3)), {{1, 24, 16}});
  check_op(col2im(9, 2), {{1, 6, 8}}, {.dtype = DType::i32});
  check_op(col2im({3, 4, 3}, 2, stride(2)), {{1, 16, 2}});
}

// torch.nn.functional.fold(unfold(torch.ones(1, 1, 4, 5), 3, padding=1), (4, 5), 3, padding=1)
TEST(Columns, ThereAndBackCountTheWindowsOfEachElement) {
  const Filled ones{{1, 1, 4, 5}, Numbers(20, 1)};
  const Filled columns{{1, 9, 20}, interpret(im2col(3, same), {ones})};
  EXPECT_EQ(interpret(col2im({4, 5}, 3, same), {columns}),
            (Numbers{4, 6, 6, 6, 4, 6, 9, 9, 9, 6, 6, 9, 9, 9, 6, 4, 6, 6, 6, 4}));
}

// A convolution is the product of its kernels with the columns.
TEST(Columns, MakeAConvolutionAProduct) {
  Filled x{{1, 2, 4, 5}, {}}, weight{{3, 2, 3, 2}, {}};
  for (int k = 0; k < 40; ++k)
    x.elements.push_back(k * 7 % 11 - 5);
  for (int k = 0; k < 36; ++k)
    weight.elements.push_back(k * 5 % 7 - 3);
  const Filled columns{{1, 12, 8}, interpret(im2col({3, 2}), {x})};
  Filled rows = weight;
  rows.shape = {3, 12};
  EXPECT_EQ(interpret(make_op(ops::Matmul{}), {rows, columns}),
            interpret(conv(3, {3, 2}, no_bias), {x, weight}));
}

TEST(Columns, Refuse) {
  EXPECT_EQ(shape_or_refusal(im2col(3, stride(2)), {2, 3, 9, 8}), "2x27x12");
  EXPECT_EQ(shape_or_refusal(im2col(5), {1, 1, 3, 3}),
            "the 5x5 kernel does not fit its 3x3 input; expected padded extent >= 5, got 3; use "
            "padding `same`, or a kernel of at most 3x3");
  EXPECT_EQ(shape_or_refusal(im2col(1 << 30, pad((1 << 30) - 1)), {1, 1, 3, 3, 3}),
            "the result is too large; expected a size in bytes below 2^63, got "
            "1x1x1073741824x1073741824x1073741824");
  EXPECT_EQ(shape_or_refusal(col2im({9, 8}, 3, stride(2)), {2, 27, 12}), "2x3x9x8");
  EXPECT_EQ(shape_or_refusal(col2im({9, 8}, 3), {2, 25, 12}),
            "the rows of the input 2x25x12 are no channels of 3x3 elements; expected a multiple of "
            "the kernel's elements, got 25");
  EXPECT_EQ(shape_or_refusal(col2im({9, 8}, 3), {2, 27, 12}),
            "the columns of the input 2x27x12 are not as many as windows over 9x8; expected 7x6 "
            "windows, got 12");
  EXPECT_EQ(shape_or_refusal(col2im({9, 0}, 3), {2, 27, 12}),
            "the result is no image; expected extents >= 1, of less than 2^63 bytes in all, got "
            "9x0");
  EXPECT_EQ(shape_or_refusal(col2im({1, 1, 1, 1}, 1), {2, 27, 12}),
            "the result is no image; expected 1 to 3 extents, got 1x1x1x1");
}

} // namespace
} // namespace fovea
