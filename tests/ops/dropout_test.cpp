// Outside source: PyTorch's dropout outside training (tests/data/make_pytorch_values.py).
#include "check_op.hpp"
#include "torch_values.hpp"

#include <gtest/gtest.h>

namespace fovea {
namespace {

using namespace testing;

TEST(Dropout, AgreesWithPyTorch) {
  compare_with_torch("dropout.inference", dropout(0.3));
}

TEST(Dropout, IsTheIdentity) {
  for (int64_t channels : {1, 3, 7, 17})
    check_op(dropout, {{2, channels, 5}});
  check_op(dropout(0.0), {{7}});
  for (DType dtype : {DType::f64, DType::i8, DType::i64})
    check_op(dropout, {{3, 7}}, {.dtype = dtype});
}

TEST(Dropout, Refuses) {
  for (double rate : {-0.1, 1.0, 2.0, std::numeric_limits<double>::quiet_NaN()})
    EXPECT_EQ(shape_or_refusal(dropout(rate), {1, 3}),
              "the rate is no probability; expected 0 <= rate < 1");
}

} // namespace
} // namespace fovea
