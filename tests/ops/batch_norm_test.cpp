// Outside source: PyTorch's batch_norm in evaluation (tests/data/make_pytorch_values.py).
#include "check_op.hpp"
#include "torch_values.hpp"

#include <gtest/gtest.h>

namespace fovea {
namespace {

using namespace testing;

const CheckOptions positive_variance{.ranges = {{"var", {0.1, 4}}}};

TEST(BatchNorm, AgreesWithPyTorch) {
  compare_with_torch("batch_norm.plain", batch_norm);
  compare_with_torch("batch_norm.flat", batch_norm);
  compare_with_torch("batch_norm.one_dimension", batch_norm);
}

TEST(BatchNorm, Shapes) {
  for (int64_t channels : {1, 3, 7, 17})
    check_op(batch_norm, {{2, channels, 5, 6}}, positive_variance);
  check_op(batch_norm, {{4, 7}}, positive_variance);
  check_op(batch_norm, {{2, 3, 9}}, positive_variance);
  check_op(batch_norm, {{1, 3, 3, 4, 5}}, positive_variance);
  check_op(batch_norm(0.5), {{1, 3, 4, 4}}, positive_variance);
}

TEST(BatchNorm, OtherTypes) {
  CheckOptions options = positive_variance;
  options.dtype = DType::f64;
  check_op(batch_norm, {{2, 3, 5, 6}}, options);
}

TEST(BatchNorm, Refuses) {
  EXPECT_EQ(shape_or_refusal(batch_norm, {2, 3, 5, 6}), "2x3x5x6");
  EXPECT_EQ(
      shape_or_refusal(batch_norm, {7}),
      "the input 7 has the wrong rank; expected rank 2 to 12, got rank 1; a batch of images is "
      "[batch, channels, height, width]");
  EXPECT_EQ(shape_or_refusal(batch_norm(-1e-5), {2, 3, 5, 6}),
            "epsilon is negative; expected epsilon >= 0");
  EXPECT_EQ(shape_or_refusal(ops::BatchNorm{}, {{DType::i32, {2, 3, 5, 6}}}),
            "its elements are integers; expected a float type");
  const TensorType x{DType::f32, {2, 3, 5}}, p{DType::f32, {3}}, other{DType::f32, {4}};
  EXPECT_STREQ(ops::BatchNorm{}.infer({x, p, p, p}).error.what, "the number of operands is wrong");
  EXPECT_STREQ(ops::BatchNorm{}.infer({x, p, p, p, other}).error.what,
               "a parameter has the wrong shape or element type");
}

} // namespace
} // namespace fovea
