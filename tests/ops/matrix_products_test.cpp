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

TEST(Matmul, AgreesWithOnnx) {
  for (const char* name :
       {"plain", "batched", "broadcast", "row", "column", "dot", "f64", "i32", "i64"})
    onnx().compare(std::string("MatMul.") + name, ops::Matmul{});
}

TEST(Matmul, Shapes) {
  const ops::Matmul op;
  check_op(op, {{5, 7}, {7, 9}});
  check_op(op, {{1, 33}, {33, 20}});
  check_op(op, {{13, 24}, {24, 32}});
  check_op(op, {{3, 4, 5}, {3, 5, 17}});
  check_op(op, {{2, 1, 4, 5}, {3, 5, 6}});
  check_op(op, {{7}, {2, 7, 3}});
  check_op(op, {{2, 3, 7}, {7}});
  check_op(op, {{19}, {19}});
}

TEST(Matmul, OtherTypes) {
  for (const DType type : {DType::f64, DType::i32, DType::i64})
    check_op(ops::Matmul{}, {{2, 3, 5}, {5, 9}}, {.dtype = type});
}

TEST(Matmul, Refuses) {
  const auto outcome = [](const Shape& a, const Shape& b) {
    return shape_or_refusal(ops::Matmul{}, {{DType::f32, a}, {DType::f32, b}});
  };
  EXPECT_EQ(outcome({4, 1, 2, 3}, {5, 3, 7}), "4x5x2x7");
  EXPECT_EQ(outcome({3}, {3}), "scalar");
  EXPECT_EQ(outcome({2, 3}, {4, 5}),
            "the matrices 2x3 and 4x5 do not fit; expected 3 rows on the right, got 4");
  EXPECT_EQ(outcome({2, 2, 3}, {3, 3, 5}),
            "the shapes 2 and 3 do not broadcast; expected equal extents, or 1, from the last "
            "dimension on, got 2x3");
  EXPECT_EQ(shape_or_refusal(ops::Matmul{}, {{DType::f32, {2, 2}}, {DType::f64, {2, 2}}}),
            "the operands have different element types; expected equal types");
  EXPECT_EQ(shape_or_refusal(ops::Matmul{}, {{DType::f32, {}}, {DType::f32, {2, 2}}}).substr(0, 41),
            "the input scalar has the wrong rank; expe");
}

TEST(Gemm, AgreesWithOnnx) {
  onnx().compare("Gemm.product", ops::Gemm{});
  onnx().compare("Gemm.sum", ops::Gemm({.alpha = 0.25, .beta = 0.35}));
  onnx().compare("Gemm.turned", ops::Gemm({.alpha = 0.5, .trans_a = true, .trans_b = true}));
  onnx().compare("Gemm.scalar", ops::Gemm({.beta = 2}));
  onnx().compare("Gemm.matrix", ops::Gemm({.trans_b = true}));
}

TEST(Gemm, Shapes) {
  check_op(ops::Gemm{}, {{5, 7}, {7, 19}});
  check_op(ops::Gemm({.alpha = 0.5, .trans_b = true}), {{1, 33}, {10, 33}, {10}});
  check_op(ops::Gemm({.beta = -2, .trans_a = true}), {{6, 11}, {6, 17}, {11, 1}});
  check_op(ops::Gemm({.trans_a = true, .trans_b = true}), {{6, 4}, {9, 6}, Shape{}});
  check_op(ops::Gemm({.alpha = 3, .beta = -1}), {{3, 4}, {4, 5}, {1, 5}}, {.dtype = DType::i32});
}

TEST(Gemm, Refuses) {
  const auto outcome = [](const ops::Gemm& op, const std::vector<Shape>& shapes,
                          DType type = DType::f32) {
    Types types;
    for (const Shape& shape : shapes)
      types.push_back({type, shape});
    return shape_or_refusal(op, types);
  };
  EXPECT_EQ(outcome(ops::Gemm({.trans_a = true}), {{2, 3}, {2, 5}, {3, 1}}), "3x5");
  EXPECT_EQ(outcome(ops::Gemm{}, {{2, 3}}),
            "the number of operands is wrong; expected 2 or 3, got 1");
  EXPECT_EQ(outcome(ops::Gemm{}, {{2, 3}, {4, 3}}),
            "the matrices 2x3 and 4x3 do not fit; expected 3 terms on the right, got 4");
  EXPECT_EQ(outcome(ops::Gemm{}, {{2, 3}, {3, 4}, {2}}),
            "what is added does not broadcast to the product; expected 2x4, or 1 for an extent, "
            "got 2");
  EXPECT_EQ(outcome(ops::Gemm({.alpha = 0.5}), {{2, 3}, {3, 4}}, DType::i32),
            "its elements are integers, its factors not; expected alpha and beta that are integers "
            "below 2^31");
}

} // namespace
} // namespace fovea
