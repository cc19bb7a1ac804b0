// Outside source: PyTorch's cat (tests/data/make_pytorch_values.py).
#include "check_op.hpp"
#include "torch_values.hpp"

#include <gtest/gtest.h>

namespace fovea {
namespace {

using namespace testing;

ops::Concat along(int64_t axis) {
  ops::Concat op;
  op.axis = axis;
  return op;
}

TEST(Concat, AgreesWithPyTorch) {
  compare_with_torch("concat.channels", along(1));
  compare_with_torch("concat.channels", along(-3));
  compare_with_torch("concat.last", along(-1));
}

TEST(Concat, Shapes) {
  for (int64_t channels : {1, 3, 7, 17})
    check_op(along(1), {{1, channels, 4, 5}, {1, 3, 4, 5}});
  check_op(along(1), {{2, 1, 3}, {2, 17, 3}, {2, 7, 3}, {2, 3, 3}});
  check_op(along(0), {{2, 3}, {1, 3}});
  check_op(along(-1), {{2, 3, 1}, {2, 3, 4}});
  check_op(along(0), {{3}, {5}});
  check_op(along(1), {{1, 3, 4, 4}}); // one operand
}

TEST(Concat, OtherTypes) {
  for (DType dtype : {DType::f64, DType::i8, DType::u8, DType::i32, DType::i64})
    check_op(along(1), {{1, 2, 5}, {1, 3, 5}}, {.dtype = dtype});
}

TEST(Concat, Refuses) {
  const auto f32 = [](const Shape& shape) { return TensorType{DType::f32, shape}; };
  EXPECT_EQ(shape_or_refusal(along(1), {f32({1, 2, 5}), f32({1, 3, 5})}), "1x5x5");
  EXPECT_EQ(shape_or_refusal(along(1), {f32({1, 2, 5}), f32({1, 3, 4})}),
            "its operands differ beside the axis; expected 1x2x5, got 1x3x4");
  EXPECT_EQ(shape_or_refusal(along(1), {f32({1, 2, 5}), f32({1, 3})}),
            "its operands differ beside the axis; expected 1x2x5, got 1x3");
  EXPECT_EQ(shape_or_refusal(along(3), {f32({1, 2, 5}), f32({1, 3, 5})}),
            "the axis is no dimension of the input 1x2x5; expected -3 to 2, got 3");
  const int64_t huge = INT64_C(1) << 60;
  EXPECT_EQ(
      shape_or_refusal(along(0), {f32({huge}), f32({huge})}),
      "the result is too large; expected a size in bytes below 2^63, got 2305843009213693952");
}

TEST(Concat, RefusesOperandsOfTwoTypes) {
  EXPECT_EQ(shape_or_refusal(along(0), {{DType::f32, {2}}, {DType::f64, {2}}}),
            "its operands have different element types; expected equal types");
}

} // namespace
} // namespace fovea
