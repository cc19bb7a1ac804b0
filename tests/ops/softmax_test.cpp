// Outside source: PyTorch's softmax (tests/data/make_pytorch_values.py); ten equal values give 0.1
// each (textbook_test).
#include "check_op.hpp"
#include "torch_values.hpp"

#include <gtest/gtest.h>

namespace fovea {
namespace {

using namespace testing;

TEST(Softmax, AgreesWithPyTorch) {
  compare_with_torch("softmax.last", softmax);
  compare_with_torch("softmax.last", softmax(2));
  compare_with_torch("softmax.first", softmax(0));
  compare_with_torch("softmax.first", softmax(-3));
  compare_with_torch("softmax.middle", softmax(-2));
  compare_with_torch("softmax.large", softmax); // no overflow
}

TEST(Softmax, Shapes) {
  for (int64_t classes : {1, 3, 7, 17})
    check_op(softmax, {{2, classes}}, {.range = {-8, 8}});
  check_op(softmax(1), {{2, 5, 3, 4}}, {.range = {-8, 8}});
  check_op(softmax(0), {{6, 3}});
  check_op(softmax(-1), {{10}}, {.range = {-100, 100}});
  check_op(softmax(-2), {{2, 3, 5}});
}

TEST(Softmax, OtherTypes) {
  check_op(softmax, {{2, 10}}, {.dtype = DType::f64});
}

TEST(Softmax, Refuses) {
  EXPECT_EQ(shape_or_refusal(softmax, {2, 10}), "2x10");
  EXPECT_EQ(shape_or_refusal(softmax(2), {2, 10}),
            "the axis is no dimension of the input 2x10; expected -2 to 1, got 2");
  EXPECT_EQ(shape_or_refusal(softmax(-3), {2, 10}),
            "the axis is no dimension of the input 2x10; expected -2 to 1, got -3");
  EXPECT_EQ(shape_or_refusal(ops::Softmax{}, {{DType::i8, {2, 10}}}),
            "its elements are integers; expected a float type");
  EXPECT_EQ(shape_or_refusal(softmax, Shape{}),
            "the input scalar has the wrong rank; expected rank 1 to 12, got rank 0; a batch of "
            "images is [batch, channels, height, width]");
}

} // namespace
} // namespace fovea
