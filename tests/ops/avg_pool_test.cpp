// Outside source: PyTorch's avg_pool1d, avg_pool2d and avg_pool3d
// (tests/data/make_pytorch_values.py).
#include "check_op.hpp"
#include "torch_values.hpp"

#include <gtest/gtest.h>

namespace fovea {
namespace {

using namespace testing;

TEST(AvgPool, AgreesWithPyTorch) {
  compare_with_torch("avg_pool.plain", avg_pool(2));
  compare_with_torch("avg_pool.exclude", avg_pool(3, stride(2), pad(1)));
  compare_with_torch("avg_pool.include", avg_pool(3, stride(2), pad(1), count_include_pad));
  compare_with_torch("avg_pool.ceil_exclude", avg_pool(3, stride(2), pad(1), ceil_mode));
  compare_with_torch("avg_pool.ceil_include",
                     avg_pool(3, stride(2), pad(1), ceil_mode, count_include_pad));
  compare_with_torch("avg_pool.ceil_unpadded", avg_pool(3, ceil_mode, count_include_pad));
  compare_with_torch("avg_pool.one_dimension", avg_pool(3, stride(2), pad(1)));
  compare_with_torch("avg_pool.three_dimensions", avg_pool(2));
}

TEST(AvgPool, Shapes) {
  for (int64_t channels : {1, 3, 7, 17})
    check_op(avg_pool(2), {{1, channels, 6, 7}});
  check_op(avg_pool(3, stride(2), pad(1)), {{2, 3, 7, 8}});
  check_op(avg_pool(3, stride(2), pad(1), count_include_pad), {{2, 3, 7, 8}});
  check_op(avg_pool(3, stride(2), pad(1), ceil_mode), {{1, 3, 7, 8}});
  check_op(avg_pool(3, stride(2), pad(1), ceil_mode, count_include_pad), {{1, 3, 7, 8}});
  check_op(avg_pool(3, same, stride(1)), {{1, 3, 5, 6}});
  check_op(avg_pool({3, 2}, pad({2, 0}, {0, 1})), {{1, 2, 7, 6}});
  check_op(avg_pool(2, dilation(3), stride(2), pad(1)), {{1, 2, 9, 8}});
  check_op(avg_pool(7), {{1, 17, 7, 7}}); // global
}

TEST(AvgPool, OneAndThreeDimensions) {
  check_op(avg_pool(3, stride(1), same), {{2, 7, 9}});
  check_op(avg_pool(2, ceil_mode), {{1, 3, 5, 5, 5}});
}

TEST(AvgPool, OtherTypes) {
  check_op(avg_pool(3, stride(2), pad(1)), {{1, 3, 7, 6}}, {.dtype = DType::f64});
}

TEST(AvgPool, Refuses) {
  EXPECT_EQ(shape_or_refusal(avg_pool(2), {1, 3, 28, 28}), "1x3x14x14");
  EXPECT_EQ(shape_or_refusal(avg_pool(8), {1, 1, 7, 7}),
            "the 8x8 kernel does not fit its 7x7 input; expected padded extent >= 8, got 7; use "
            "padding `same`, or a kernel of at most 7x7");
  EXPECT_EQ(
      shape_or_refusal(avg_pool(3, pad({0, 3}, {0, 0})), {1, 1, 8, 8}),
      "a window may lie in the padding alone; expected padding below the kernel's 3, got 3 and "
      "0");
  EXPECT_EQ(shape_or_refusal(avg_pool(2).op, {{DType::u8, {1, 3, 28, 28}}}),
            "its elements are integers; expected a float type");
}

} // namespace
} // namespace fovea
