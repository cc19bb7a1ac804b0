// Outside source: ONNX's reference implementation (tests/data/make_onnx_reduction_values.py).
#include "check_op.hpp"
#include "onnx_values.hpp"

#include <gtest/gtest.h>

namespace fovea {
namespace {

using namespace testing;

const OnnxValues& onnx() {
  static const OnnxValues values("onnx_reductions.safetensors");
  return values;
}

TEST(Lrn, AgreesWithOnnx) {
  onnx().compare("LRN.plain", lrn(3));
  onnx().compare("LRN.even", lrn(4, {.alpha = 0.02, .beta = 0.6, .bias = 2}));
  onnx().compare("LRN.wide", lrn(9, {.alpha = 0.1, .beta = 0.5}));
}

TEST(Lrn, Shapes) {
  check_op(lrn(5), {{1, 19, 4, 5}}, {.range = {-20, 20}});
  check_op(lrn(4, {.alpha = 0.3, .beta = 1}), {{2, 3, 9}});
  check_op(lrn(3, {.beta = 0.6}), {{2, 5}}, {.dtype = DType::f64});
}

TEST(GroupNorm, AgreesWithOnnx) {
  onnx().compare("GroupNormalization.plain", group_norm(2, 1e-3));
  onnx().compare("InstanceNormalization.plain", instance_norm(1e-2));
}

TEST(GroupNorm, Shapes) {
  check_op(group_norm(3), {{2, 6, 5, 4}}, {.special_values = false});
  check_op(group_norm(1), {{1, 17, 9}});
  check_op(group_norm(4, 0.1), {{1, 4, 2, 2, 2}}, {.dtype = DType::f64});
  check_op(instance_norm, {{2, 3, 7, 6}});
  check_op(instance_norm(0.1), {{1, 5, 33}});
}

TEST(LayerNorm, AgreesWithOnnx) {
  onnx().compare("LayerNormalization.last", layer_norm);
  onnx().compare("LayerNormalization.two", layer_norm(1, 0.1));
  onnx().compare("LayerNormalization.no_bias", layer_norm(-3, no_bias));
}

TEST(LayerNorm, Shapes) {
  check_op(layer_norm, {{3, 37}});
  check_op(layer_norm(1), {{2, 4, 9}});
  check_op(layer_norm(-1, 0.1, no_bias), {{2, 3, 8}}, {.dtype = DType::f64});
}

// The mean is taken off before squares are summed: the variance of numbers far from 0 survives.
TEST(LayerNorm, OfNumbersFarFromZero) {
  check_op(layer_norm, {{2, 24}}, {.ranges = {{"X", {9999, 10001}}}, .special_values = false});
}

TEST(LpNormalization, AgreesWithOnnx) {
  onnx().compare("LpNormalization.l2", lp_normalization);
  onnx().compare("LpNormalization.l1", lp_normalization(1, 1));
}

TEST(LpNormalization, Shapes) {
  check_op(lp_normalization, {{3, 21}});
  check_op(lp_normalization(1), {{2, 5, 3}});
  check_op(lp_normalization(0, 3), {{4, 9}});
}

TEST(LogSoftmax, AgreesWithOnnx) {
  onnx().compare("LogSoftmax.last", log_softmax);
  onnx().compare("LogSoftmax.middle", log_softmax(1));
}

TEST(LogSoftmax, Shapes) {
  check_op(log_softmax, {{2, 17}}, {.range = {-100, 100}});
  check_op(log_softmax(1), {{2, 5, 3, 4}}, {.range = {-8, 8}});
}

TEST(Normalisations, Refuse) {
  EXPECT_EQ(shape_or_refusal(lrn(0), {1, 3, 4, 4}),
            "the number of channels is below 1; expected 1 to 2147483647, got 0");
  EXPECT_EQ(shape_or_refusal(group_norm(4), {1, 6, 4, 4}),
            "4 groups do not divide its 6 channels; expected groups that divide them, got 4");
  EXPECT_EQ(shape_or_refusal(group_norm(2, -1), {1, 6, 4, 4}),
            "epsilon is negative; expected epsilon >= 0");
  EXPECT_EQ(shape_or_refusal(instance_norm, {6, 4}).substr(0, 60),
            "the input 6x4 has the wrong rank; expected rank 3 to 12, got");
  EXPECT_EQ(shape_or_refusal(layer_norm(2), {6, 4}),
            "the axis is no dimension of the input 6x4; expected -2 to 1, got 2");
  EXPECT_EQ(shape_or_refusal(lp_normalization(0, 0), {6, 4}),
            "p is no order of a norm; expected 1 to 1000, got 0");
  EXPECT_EQ(shape_or_refusal(log_softmax(-3), {6, 4}),
            "the axis is no dimension of the input 6x4; expected -2 to 1, got -3");
  EXPECT_EQ(shape_or_refusal(ops::LayerNorm{}, {{DType::i32, {2, 3}}}),
            "its elements are integers; expected a float type");
}

} // namespace
} // namespace fovea
