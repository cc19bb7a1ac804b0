// Outside source: PyTorch's mul (tests/data/make_pytorch_values.py).
#include "check_op.hpp"
#include "torch_values.hpp"

#include <gtest/gtest.h>

namespace fovea {
namespace {

using namespace testing;

TEST(Mul, AgreesWithPyTorch) {
  compare_with_torch("mul.broadcast", ops::Mul{});
}

TEST(Mul, Shapes) {
  for (int64_t channels : {1, 3, 7, 17})
    check_op(ops::Mul{}, {{1, channels, 5, 6}, {1, channels, 5, 6}});
  check_op(ops::Mul{}, {{33}, {33}});
  check_op(ops::Mul{}, {Shape{}, Shape{}});
}

TEST(Mul, Broadcasts) {
  check_op(ops::Mul{}, {{2, 3, 4}, {1, 3, 1}});
  check_op(ops::Mul{}, {{1, 3, 1}, {2, 1, 4}});
  check_op(ops::Mul{}, {{7, 1}, {17}});
  check_op(ops::Mul{}, {Shape{}, {2, 5}});
  check_op(ops::Mul{}, {{2, 5}, Shape{}});
  check_op(ops::Mul{}, {{5}, {2, 3, 1}});
}

TEST(Mul, OtherTypes) {
  for (DType dtype : {DType::f64, DType::i8, DType::u8, DType::i32, DType::i64})
    check_op(ops::Mul{}, {{3, 17}, {3, 1}}, {.dtype = dtype});
}

TEST(Mul, ShapeRule) {
  const auto f32 = [](const Shape& shape) { return TensorType{DType::f32, shape}; };
  EXPECT_EQ(shape_or_refusal(ops::Mul{}, {f32({2, 1, 4}), f32({3, 1})}), "2x3x4");
  EXPECT_EQ(shape_or_refusal(ops::Mul{}, {f32({2, 3}), f32({2, 4})}),
            "the shapes 2x3 and 2x4 do not broadcast; expected equal extents, or 1, from the last "
            "dimension on, got 3x4");
  EXPECT_EQ(shape_or_refusal(ops::Mul{}, {f32({2, 3}), {DType::i32, {2, 3}}}),
            "the operands have different element types; expected equal types");
}

} // namespace
} // namespace fovea
