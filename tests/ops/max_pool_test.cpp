// Outside source: PyTorch's max_pool1d, max_pool2d and max_pool3d
// (tests/data/make_pytorch_values.py).
#include "check_op.hpp"
#include "torch_values.hpp"

#include <gtest/gtest.h>

namespace fovea {
namespace {

using namespace testing;

TEST(MaxPool, AgreesWithPyTorch) {
  compare_with_torch("max_pool.plain", max_pool(2));
  compare_with_torch("max_pool.padded", max_pool(3, stride(2), pad(1)));
  compare_with_torch("max_pool.ceil_mode", max_pool(3, stride(2), pad(1), ceil_mode));
  compare_with_torch("max_pool.dilation", max_pool(2, stride(1), dilation({2, 3})));
  compare_with_torch("max_pool.one_dimension", max_pool(3, stride(2)));
  compare_with_torch("max_pool.three_dimensions", max_pool({2, 2, 3}));
  compare_with_torch("max_pool.nan", max_pool(2));
}

TEST(MaxPool, Shapes) {
  for (int64_t channels : {1, 3, 7, 17})
    check_op(max_pool(2), {{1, channels, 6, 7}});
  check_op(max_pool(3, stride(2), pad(1)), {{2, 3, 7, 8}});
  check_op(max_pool(3, stride(2), ceil_mode), {{1, 3, 8, 8}});
  check_op(max_pool(3, stride(2), pad(1), ceil_mode), {{1, 3, 7, 8}});
  check_op(max_pool(3, same, stride(1)), {{1, 3, 5, 6}});
  check_op(max_pool({3, 2}, pad({2, 0}, {0, 1})), {{1, 2, 7, 6}});
  check_op(max_pool(2, dilation(3), stride(2)), {{1, 2, 9, 8}});
  check_op(max_pool(4), {{1, 1, 4, 4}});
}

TEST(MaxPool, OneAndThreeDimensions) {
  check_op(max_pool(3, stride(1), same), {{2, 7, 9}});
  check_op(max_pool(2, ceil_mode), {{1, 3, 5, 5, 5}});
}

TEST(MaxPool, OtherTypes) {
  for (DType dtype : {DType::f64, DType::i8, DType::u8, DType::i32, DType::i64})
    check_op(max_pool(3, stride(2), pad(1)), {{1, 3, 7, 6}}, {.dtype = dtype});
}

TEST(MaxPool, Sizes) {
  EXPECT_EQ(shape_or_refusal(max_pool(2), {1, 6, 7, 7}), "1x6x3x3");
  EXPECT_EQ(shape_or_refusal(max_pool(2, ceil_mode), {1, 34, 50, 25}), "1x34x25x13");
  EXPECT_EQ(shape_or_refusal(max_pool(3, stride(2), pad(1)), {1, 64, 112, 112}), "1x64x56x56");
  // A window that would start in the padding behind does not count (as in PyTorch).
  EXPECT_EQ(shape_or_refusal(max_pool(2, stride(2), pad(1), ceil_mode), {1, 1, 3, 3}), "1x1x2x2");
}

TEST(MaxPool, Refuses) {
  EXPECT_EQ(shape_or_refusal(max_pool(4), {1, 1, 3, 3}),
            "the 4x4 kernel does not fit its 3x3 input; expected padded extent >= 4, got 3; use "
            "padding `same`, or a kernel of at most 3x3");
  EXPECT_EQ(
      shape_or_refusal(max_pool(2, pad(2)), {1, 1, 8, 8}),
      "a window may lie in the padding alone; expected padding below the kernel's 2, got 2 and "
      "2");
  EXPECT_EQ(shape_or_refusal(max_pool(2, dilation(3), pad(2)), {1, 1, 2, 8}),
            "a window may lie in the padding alone; expected dilation <= 2, or no padding, got 3");
  EXPECT_EQ(shape_or_refusal(max_pool(2), {8, 8}),
            "the input 8x8 has the wrong rank; expected rank 3 to 5, got rank 2; a batch of images "
            "is [batch, channels, height, width]");
  EXPECT_EQ(shape_or_refusal(max_pool({2, 2, 2}), {1, 1, 8, 8}),
            "the kernel size does not fit the input 1x1x8x8; expected 1 or 2 entries, got 3");
}

} // namespace
} // namespace fovea
