// Outside source: PyTorch's tanh, at infinities and NaN, too (tests/data/make_pytorch_values.py).
#include "check_op.hpp"
#include "torch_values.hpp"

#include <gtest/gtest.h>

namespace fovea {
namespace {

using namespace testing;

TEST(Tanh, AgreesWithPyTorch) {
  compare_with_torch("tanh.values", tanh);
}

TEST(Tanh, Shapes) {
  for (int64_t channels : {1, 3, 7, 17})
    check_op(tanh, {{1, channels, 5, 6}}, {.range = {-6, 6}});
  check_op(tanh, {{1}});
  check_op(tanh, {{257}}, {.range = {-50, 50}});
  check_op(tanh, {{2, 3, 1, 4, 5}});
  check_op(tanh, {Shape{}});
}

TEST(Tanh, OtherTypes) {
  check_op(tanh, {{3, 7, 5}}, {.dtype = DType::f64});
}

TEST(Tanh, ShapeRule) {
  EXPECT_EQ(shape_or_refusal(tanh, {2, 3, 4}), "2x3x4");
  EXPECT_EQ(shape_or_refusal(tanh, {2, 0, 4}),
            "the input 2x0x4 has an extent below 1; expected extents >= 1, got 2x0x4");
  EXPECT_EQ(shape_or_refusal(tanh, {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1}),
            "the input has more dimensions than a tensor may have; expected rank <= 12, got more");
}

TEST(Tanh, RefusesIntegers) {
  EXPECT_EQ(shape_or_refusal(ops::Tanh{}, {{DType::i32, {2, 3}}}),
            "its elements are integers; expected a float type");
}

} // namespace
} // namespace fovea
