// Outside source: PyTorch's relu, at infinities and NaN, too (tests/data/make_pytorch_values.py).
#include "check_op.hpp"
#include "torch_values.hpp"

#include <gtest/gtest.h>

namespace fovea {
namespace {

using namespace testing;

TEST(Relu, AgreesWithPyTorch) {
  compare_with_torch("relu.values", relu);
}

TEST(Relu, Shapes) {
  for (int64_t channels : {1, 3, 7, 17})
    check_op(relu, {{1, channels, 5, 6}}, {.range = {-6, 6}});
  check_op(relu, {{1}});
  check_op(relu, {{257}}, {.range = {-50, 50}});
  check_op(relu, {{2, 3, 1, 4, 5}});
  check_op(relu, {Shape{}});
}

TEST(Relu, OtherTypes) {
  for (DType dtype : {DType::f64, DType::i8, DType::i32, DType::i64})
    check_op(relu, {{3, 7, 5}}, {.dtype = dtype});
}

TEST(Relu, ShapeRule) {
  EXPECT_EQ(shape_or_refusal(relu, {2, 3, 4}), "2x3x4");
  EXPECT_EQ(shape_or_refusal(relu, {2, 0, 4}),
            "the input 2x0x4 has an extent below 1; expected extents >= 1, got 2x0x4");
  EXPECT_EQ(shape_or_refusal(relu, {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1}),
            "the input has more dimensions than a tensor may have; expected rank <= 12, got more");
}

} // namespace
} // namespace fovea
