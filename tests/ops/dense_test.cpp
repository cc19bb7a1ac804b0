// Outside source: PyTorch's linear (tests/data/make_pytorch_values.py).
#include "check_op.hpp"
#include "torch_values.hpp"

#include <gtest/gtest.h>

namespace fovea {
namespace {

using namespace testing;

TEST(Dense, AgreesWithPyTorch) {
  compare_with_torch("dense.plain", dense(4));
  compare_with_torch("dense.batch", dense(4));
  compare_with_torch("dense.no_bias", dense(3, no_bias));
}

TEST(Dense, Shapes) {
  for (int64_t features : {1, 3, 7, 17})
    for (int64_t outputs : {1, 3, 7, 17})
      check_op(dense(outputs), {{2, features}});
  check_op(dense(10), {{1, 84}});
  check_op(dense(64), {{3, 120}});
  check_op(dense(5, no_bias), {{2, 3, 9}});
  check_op(dense(5), {{9}});
}

TEST(Dense, OtherTypes) {
  check_op(dense(7), {{3, 17}}, {.dtype = DType::f64});
  check_op(dense(7), {{3, 17}}, {.dtype = DType::i32});
  check_op(dense(7), {{3, 17}}, {.dtype = DType::i64});
}

TEST(Dense, Refuses) {
  EXPECT_EQ(shape_or_refusal(dense(10), {1, 84}), "1x10");
  EXPECT_EQ(shape_or_refusal(dense(10), {2, 3, 84}), "2x3x10");
  EXPECT_EQ(shape_or_refusal(dense(0), {1, 84}),
            "the number of outputs is below 1; expected outputs >= 1, got 0");
  EXPECT_EQ(shape_or_refusal(dense(-4), {1, 84}),
            "the number of outputs is below 1; expected outputs >= 1, got -4");
  EXPECT_EQ(shape_or_refusal(dense(10), Shape{}),
            "the input scalar has the wrong rank; expected rank 1 to 12, got rank 0; a batch of "
            "images is [batch, channels, height, width]");
  const TensorType x{DType::f32, {1, 84}}, bias{DType::f32, {10}};
  EXPECT_STREQ(dense(10).op.infer({x, {DType::f32, {84, 10}}, bias}).error.what,
               "the weight has the wrong shape or element type");
}

} // namespace
} // namespace fovea
