// Outside source: PyTorch's flatten (tests/data/make_pytorch_values.py) and ONNX Flatten's text.
#include "check_op.hpp"
#include "torch_values.hpp"

#include <gtest/gtest.h>

namespace fovea {
namespace {

using namespace testing;

TEST(Flatten, AgreesWithPyTorch) {
  compare_with_torch("flatten.batch", flatten);
}

TEST(Flatten, Shapes) {
  for (int64_t channels : {1, 3, 7, 17})
    check_op(flatten, {{2, channels, 3, 5}});
  for (int64_t axis : {0, 1, 2, 3, 4})
    check_op(flatten(axis), {{2, 3, 4, 5}});
  check_op(flatten, {{7}});
  check_op(flatten, {{1, 120, 1, 1}});
  for (DType dtype : {DType::f64, DType::i8, DType::u8, DType::i32, DType::i64})
    check_op(flatten, {{2, 3, 4}}, {.dtype = dtype});
}

TEST(Flatten, ShapeRule) {
  EXPECT_EQ(shape_or_refusal(flatten, {2, 16, 5, 5}), "2x400");
  EXPECT_EQ(shape_or_refusal(flatten(0), {2, 16, 5, 5}), "1x800");
  EXPECT_EQ(shape_or_refusal(flatten(4), {2, 16, 5, 5}), "800x1");
  EXPECT_EQ(shape_or_refusal(flatten(5), {2, 16, 5, 5}),
            "the axis is no dimension of the input 2x16x5x5; expected -4 to 4, got 5");
  EXPECT_EQ(shape_or_refusal(flatten, Shape{}),
            "the axis is no dimension of the input scalar; expected 0 to 0, got 1");
}

// As in ONNX: in [-rank, rank].
TEST(Flatten, NegativeAxesCountFromTheEnd) {
  EXPECT_EQ(shape_or_refusal(flatten(-1), {2, 16, 5, 5}), "160x5");
  EXPECT_EQ(shape_or_refusal(flatten(-4), {2, 16, 5, 5}), "1x800");
  EXPECT_EQ(shape_or_refusal(flatten(-5), {2, 16, 5, 5}),
            "the axis is no dimension of the input 2x16x5x5; expected -4 to 4, got -5");
  check_op(flatten(-2), {{2, 3, 4, 5}});
}

} // namespace
} // namespace fovea
