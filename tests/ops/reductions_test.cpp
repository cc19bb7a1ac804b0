// Outside source: ONNX's reference implementation (tests/data/make_onnx_reduction_values.py).
#include "check_op.hpp"
#include "onnx_values.hpp"

#include <fovea/definition/interpreter.hpp>

#include <gtest/gtest.h>

#include <limits>

namespace fovea {
namespace {

using namespace testing;

const OnnxValues& onnx() {
  static const OnnxValues values("onnx_reductions.safetensors");
  return values;
}

using ops::Elements;

template <class Visitor>
void for_each_reduction(Visitor&& visit) {
  visit(ops::ReduceSum{}, "Sum");
  visit(ops::ReduceMean{}, "Mean");
  visit(ops::ReduceProd{}, "Prod");
  visit(ops::ReduceMax{}, "Max");
  visit(ops::ReduceMin{}, "Min");
  visit(ops::ReduceL1{}, "L1");
  visit(ops::ReduceL2{}, "L2");
  visit(ops::ReduceLogSum{}, "LogSum");
  visit(ops::ReduceLogSumExp{}, "LogSumExp");
  visit(ops::ReduceSumSquare{}, "SumSquare");
}
template <class Op>
Op along(const Shape& axes, bool keep_dims = false) {
  Op op;
  op.axes = axes;
  op.keep_dims = keep_dims;
  return op;
}

TEST(Reductions, AgreeWithOnnx) {
  for_each_reduction([]<class Op>(const Op&, const char* kind) {
    const std::string name = std::string("Reduce") + kind;
    const auto compare = [&](const char* which, const Op& op) { onnx().compare(name + which, op); };
    compare(".all", Op{});
    compare(".kept", along<Op>({}, true));
    compare(".last", along<Op>({-1}));
    compare(".outer", along<Op>({2, 0}, true));
    compare(".nan", along<Op>({1}));
    if (Op::elements != Elements::floats)
      compare(".i32", along<Op>({1}));
  });
  onnx().compare("ReduceLogSumExp.large", reduce_log_sum_exp(1));
  onnx().compare("ReduceMax.bool", reduce_max(1));
  onnx().compare("ReduceMin.bool", reduce_min(1));
}

// No overflow, nor infinity minus infinity: log(2 e^-inf) and log(e^inf + 1).
TEST(Reductions, LogSumExpOfInfinities) {
  const float infinity = std::numeric_limits<float>::infinity();
  const float x[] = {-infinity, -infinity, infinity, 0, 1e30f, 1e30f};
  const Definition definition = reduce_log_sum_exp(1).op.definition({{DType::f32, {3, 2}}});
  const auto got = Interpreter(definition, reader_of(definition, {x})).all(0);
  EXPECT_EQ(got[0].real, -infinity);
  EXPECT_EQ(got[1].real, infinity);
  EXPECT_EQ(static_cast<float>(got[2].real), 1e30f);
}

TEST(Reductions, Shapes) {
  for_each_reduction([]<class Op>(const Op&, const char* kind) {
    const bool is_logarithm = std::string_view(kind) == "LogSum";
    const CheckOptions options{.range = is_logarithm ? ValueRange{0.1, 3} : ValueRange{-2, 2}};
    check_op(along<Op>({1}), {{3, 5, 17}}, options);
    check_op(along<Op>({0, 2}, true), {{2, 3, 21}}, options);
  });
}

TEST(Reductions, OfAllOfNoneAndOfWideMaps) {
  check_op(ops::ReduceSum{}, {{3, 4, 5}});
  check_op(ops::ReduceMax{}, {Shape{}});
  check_op(ops::ReduceL1{}, {Shape{}});
  check_op(reduce_mean({2, 3}), {{1, 19, 7, 7}});
  check_op(reduce_sum(-1), {{2, 130}});
}

TEST(Reductions, OtherTypes) {
  for (const DType type : {DType::i32, DType::i64, DType::f64})
    for_each_reduction([&]<class Op>(const Op&, const char*) {
      if (is_float(type) || Op::elements != Elements::floats)
        check_op(along<Op>({1}), {{2, 9, 3}}, {.dtype = type, .range = {0.1, 2}});
    });
  for (const DType type : {DType::boolean, DType::i8, DType::u8}) {
    check_op(reduce_max(1), {{4, 5}}, {.dtype = type});
    check_op(reduce_min(0), {{4, 5}}, {.dtype = type});
  }
  check_op(reduce_mean(1), {{3, 40}}, {.dtype = DType::u8});
}

TEST(Reductions, MeansOfBytesDoNotWrap) {
  const uint8_t x[] = {200, 250, 255};
  const Definition definition = ops::ReduceMean{}.definition({{DType::u8, {3}}});
  EXPECT_EQ(Interpreter(definition, reader_of(definition, {x})).all(0)[0].integer, 235);
}

TEST(Reductions, AxesAreWrittenOut) {
  EXPECT_EQ(ops::ReduceSum{}.expanded({{DType::f32, {2, 3, 4}}}).axes, (Shape{0, 1, 2}));
  EXPECT_EQ(along<ops::ReduceSum>({-1, 0}).expanded({{DType::f32, {2, 3, 4}}}).axes, (Shape{0, 2}));
  EXPECT_EQ(along<ops::ReduceSum>({7}).expanded({{DType::f32, {2, 3, 4}}}).axes, (Shape{7}));
}

static_assert(shape_of(reduce_max({-2, 0}, keep_dims) | reduce_sum, {2, 3, 4}) == Shape{});

TEST(Reductions, Refuse) {
  EXPECT_EQ(shape_or_refusal(reduce_sum({1, 3}), {2, 3, 4, 5}), "2x4");
  EXPECT_EQ(shape_or_refusal(reduce_sum({1, 3}, keep_dims), {2, 3, 4, 5}), "2x1x4x1");
  EXPECT_EQ(shape_or_refusal(reduce_sum, {2, 3}), "scalar");
  EXPECT_EQ(shape_or_refusal(reduce_prod(2), {2, 3}),
            "the axis is no dimension of the input 2x3; expected -2 to 1, got 2");
  EXPECT_EQ(shape_or_refusal(reduce_max({1, -1}), {2, 3}),
            "an axis stands twice; expected axes that differ, got 1x-1");
  EXPECT_EQ(shape_or_refusal(along<ops::ReduceMin>(Shape::filled(13, 0)), {{DType::f32, {2}}}),
            "it has too many axes; expected at most 12, got more");
  EXPECT_EQ(shape_or_refusal(ops::ReduceLogSum{}, {{DType::i32, {2}}}),
            "its elements are integers; expected a float type");
  EXPECT_EQ(shape_or_refusal(ops::ReduceSum{}, {{DType::boolean, {2}}}),
            "its elements are no numbers; expected integers or floats, got booleans");
}

} // namespace
} // namespace fovea
