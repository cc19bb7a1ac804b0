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

TEST(Arg, AgreesWithOnnx) {
  const auto compare = [](const std::string& kind, auto&& arg) {
    onnx().compare(kind + ".first", arg(0));
    onnx().compare(kind + ".last_index", arg(-1, keep_dims, select_last_index));
    onnx().compare(kind + ".ties", arg(1));
    onnx().compare(kind + ".nan", arg(2, keep_dims));
    onnx().compare(kind + ".i32", arg(1));
  };
  compare("ArgMax", [](int64_t axis, const auto&... options) { return arg_max(axis, options...); });
  compare("ArgMin", [](int64_t axis, const auto&... options) { return arg_min(axis, options...); });
}

TEST(Arg, Shapes) {
  check_op(arg_max(1), {{3, 37}});
  check_op(arg_max(-3, keep_dims, select_last_index), {{5, 3, 9}});
  check_op(arg_min(1), {{2, 9, 5}});
  check_op(arg_min(0), {{7}});
  for (const DType type : {DType::i64, DType::u8, DType::boolean, DType::f64}) // many ties
    check_op(arg_max(1, select_last_index), {{3, 11}}, {.dtype = type});
}

TEST(Hardmax, AgreesWithOnnx) {
  onnx().compare("Hardmax.ties", hardmax);
  onnx().compare("Hardmax.first", hardmax(0));
}

TEST(Hardmax, Shapes) {
  check_op(hardmax, {{3, 19}});
  check_op(hardmax(1), {{2, 5, 9}});
}

TEST(Arg, Refuses) {
  EXPECT_EQ(shape_or_refusal(arg_max(1), {2, 3, 4}), "2x4");
  EXPECT_EQ(shape_or_refusal(arg_min(1, keep_dims), {2, 3, 4}), "2x1x4");
  EXPECT_EQ(shape_or_refusal(arg_max(3), {2, 3, 4}),
            "the axis is no dimension of the input 2x3x4; expected -3 to 2, got 3");
  EXPECT_EQ(shape_or_refusal(hardmax(2), {2, 3}),
            "the axis is no dimension of the input 2x3; expected -2 to 1, got 2");
}

} // namespace
} // namespace fovea
