#include "support/definition_builder.hpp"

#include <fovea/error.hpp>

#include <gtest/gtest.h>

#include <random>

namespace fovea {
namespace {

using namespace testing;
using Numbers = std::vector<double>;

// --- Index expressions ------------------------------------------------------------------------

TEST(IndexExpression, IsCanonical) {
  const IndexExpr i = ix(0), j = ix(1);
  EXPECT_EQ(j + i, i + j);
  EXPECT_EQ(i + j - j, i);
  EXPECT_TRUE((i + j - j).is_index(0));
  EXPECT_TRUE((i - i).is_constant());
  EXPECT_EQ((i + whole(2)) * 3, i * 3 + whole(6));
  EXPECT_EQ(i * 0, whole(0));
  EXPECT_EQ(floor_div(i, 2) + j + floor_div(i, 2), j + floor_div(i, 2) * 2);
  EXPECT_EQ(mod(i, 3) + floor_div(i, 3), floor_div(i, 3) + mod(i, 3));
  EXPECT_FALSE(floor_div(i, 2) == floor_div(j, 2));
  EXPECT_FALSE(floor_div(i, 2) == mod(i, 2));
}

TEST(IndexExpression, FloorsAndRemaindersSimplify) {
  const IndexExpr i = ix(0), j = ix(1);
  EXPECT_EQ(floor_div(i + j, 1), i + j);
  EXPECT_EQ(mod(i + j, 1), whole(0));
  EXPECT_EQ(floor_div(whole(-7), 2), whole(-4));
  EXPECT_EQ(mod(whole(-7), 2), whole(1));
  EXPECT_EQ(floor_div(i * 4 + j * 8 - whole(3), 4), i + j * 2 - whole(1));
  EXPECT_EQ(floor_div(i * 4 + j, 4), i + floor_div(j, 4));
  EXPECT_EQ(mod(i * 4 + j, 4), mod(j, 4));
  EXPECT_EQ(mod(mod(i, 6), 2), mod(i, 2));
  EXPECT_EQ(mod(mod(i, 6) * 5 + j, 3), mod(i * 2 + j, 3));
  EXPECT_EQ(floor_div(i * 4 + j * 2 + whole(7), 4), i + whole(1) + floor_div(j + whole(1), 2));
  EXPECT_EQ(mod(j * 2 + whole(7), 4), mod(j + whole(1), 2) * 2 + whole(1));
  EXPECT_EQ(floor_div(floor_div(i, 3) + whole(1), 4), floor_div(i + whole(3), 12));
  EXPECT_THROW(floor_div(i, 0), Error);
  EXPECT_THROW(mod(i, -2), Error);
}

int64_t floor_quotient(int64_t a, int64_t b) {
  return (a - ((a % b + b) % b)) / b;
}

// Against plain arithmetic, for random expressions and all values of two indices.
TEST(IndexExpression, EvaluatesAsWritten) {
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  const auto pick = [&](int low, int high) {
    return low + static_cast<int64_t>(random() % static_cast<unsigned>(high - low + 1));
  };
  for (int round = 0; round < 300; ++round) {
    const int64_t a = pick(-6, 6), b = pick(-6, 6), c = pick(-20, 20), p = pick(1, 8),
                  q = pick(1, 8), r = pick(1, 8);
    const IndexExpr affine = ix(0) * a + ix(1) * b + whole(c);
    const IndexExpr floors = floor_div(floor_div(affine, p) + whole(c), q);
    const IndexExpr rests = mod(mod(affine, p) * 3 + ix(0), r);
    Interval seen[3] = {{INT64_MAX, INT64_MIN}, {INT64_MAX, INT64_MIN}, {INT64_MAX, INT64_MIN}};
    for (int64_t i = -3; i <= 4; ++i)
      for (int64_t j = 0; j < 5; ++j) {
        const int64_t value = a * i + b * j + c;
        const int64_t floor = floor_quotient(floor_quotient(value, p) + c, q);
        const int64_t inner = (value % p + p) % p * 3 + i;
        const int64_t values[] = {value, floor, (inner % r + r) % r};
        ASSERT_EQ(evaluate(affine, {i, j}), values[0]);
        ASSERT_EQ(evaluate(floors, {i, j}), values[1]);
        ASSERT_EQ(evaluate(rests, {i, j}), values[2]);
        for (int k = 0; k < 3; ++k)
          seen[k] = {std::min(seen[k].low, values[k]), std::max(seen[k].high, values[k])};
      }
    const std::vector<Interval> ranges = {{-3, 4}, {0, 4}};
    const Interval exact = range_of(affine, ranges);
    ASSERT_EQ(exact.low, seen[0].low);
    ASSERT_EQ(exact.high, seen[0].high);
    ASSERT_LE(range_of(floors, ranges).low, seen[1].low);
    ASSERT_GE(range_of(floors, ranges).high, seen[1].high);
    ASSERT_LE(range_of(rests, ranges).low, seen[2].low);
    ASSERT_GE(range_of(rests, ranges).high, seen[2].high);
  }
}

TEST(IndexExpression, RangesOfRemaindersAndOfTheVeryLarge) {
  const Interval inside = range_of(mod(ix(0) + whole(1), 8), {{2, 6}});
  EXPECT_EQ(inside.low, 3);
  EXPECT_EQ(inside.high, 7);
  const Interval across = range_of(mod(ix(0) + whole(1), 8), {{2, 7}});
  EXPECT_EQ(across.low, 0);
  EXPECT_EQ(across.high, 7);
  const Interval large = range_of(ix(0) * INT64_MAX - ix(1) * 3, {{-2, 2}, {0, INT64_MAX}});
  EXPECT_EQ(large.low, INT64_MIN);
  EXPECT_EQ(large.high, INT64_MAX);
  EXPECT_EQ(range_of(floor_div(ix(0) * 3, 2), {{0, INT64_MAX}}).high, INT64_MAX);
  EXPECT_EQ(evaluate(ix(0) * 4, {INT64_MAX}), INT64_MAX);
}

// --- What follows from a definition -----------------------------------------------------------

TEST(Names, OfOperations) {
  EXPECT_EQ(name_of(ScalarOp::add), "add");
  EXPECT_EQ(name_of(ScalarOp::neg), "neg");
  EXPECT_EQ(name_of(ScalarOp::less), "less");
  EXPECT_EQ(name_of(ScalarOp::logical_not), "logical_not");
  EXPECT_EQ(name_of(ScalarOp::select), "select");
  EXPECT_EQ(name_of(ReduceKind::min), "min");
  EXPECT_EQ(name_of(Boundary::wrap), "wrap");
  EXPECT_EQ(operand_count(ScalarOp::select), 3);
  EXPECT_EQ(operand_count(ScalarOp::pow), 2);
  EXPECT_EQ(operand_count(ScalarOp::logical_not), 1);
}

TEST(Definition, TypesOfTensors) {
  const Definition definition = softmax(10);
  EXPECT_EQ(definition.type_of(0), (TensorType{DType::f32, {10}}));
  EXPECT_EQ(definition.type_of(1), (TensorType{DType::f32, {}}));
  EXPECT_EQ(definition.type_of(4), (TensorType{DType::f32, {10}}));
}

// y(i, j) = max(x(i, j) + bias, 0)
Definition bias_relu(int64_t channels, int64_t length, std::vector<Subscript> bias, Shape shape) {
  return define("bias_relu",
                {{"x", {DType::f32, {channels, length}}}, {"bias", {DType::f32, shape}}},
                {equation("y", {{"i", channels}, {"j", length}},
                          apply(ScalarOp::max,
                                {read(0, {at(ix(0)), at(ix(1))}) + read(1, bias), number(0)}))});
}

TEST(Definition, PointwiseReadsItsOwnElementOrBroadcasts) {
  EXPECT_TRUE(is_pointwise(bias_relu(3, 5, {at(ix(0))}, {3})));
  EXPECT_TRUE(is_pointwise(bias_relu(3, 5, {at(ix(1))}, {5})));
  EXPECT_TRUE(is_pointwise(bias_relu(3, 5, {at(ix(0)), at(whole(0))}, {3, 1})));
  EXPECT_TRUE(is_pointwise(bias_relu(3, 5, {}, {})));
  EXPECT_FALSE(is_pointwise(bias_relu(3, 5, {at(ix(1)), at(ix(0))}, {5, 3}))); // transposed
  EXPECT_FALSE(is_pointwise(bias_relu(3, 5, {at(ix(0)), at(ix(0))}, {3, 3}))); // diagonal
  EXPECT_FALSE(is_pointwise(bias_relu(3, 5, {at(whole(1))}, {3})));            // one element
  EXPECT_FALSE(is_pointwise(bias_relu(3, 5, {at(ix(1) * 2)}, {9})));
  EXPECT_FALSE(is_pointwise(bias_relu(3, 5, {at(ix(1), Boundary::clamp)}, {4})));
  EXPECT_FALSE(is_pointwise(softmax(10)));
}

TEST(Definition, CountsMultiplyAccumulates) {
  EXPECT_EQ(count_macs(correlation(7, 3, 5)), 15);
  EXPECT_EQ(count_macs(softmax(10)), 0);
  const auto macs = [](Expr body) {
    return count_macs(define("f", {{"x", {DType::f32, {4}}}},
                             {reduction("s", {}, ReduceKind::sum, {{"i", 4}}, body)}));
  };
  const Expr element = read(0, {at(ix(0))});
  EXPECT_EQ(macs(element), 0);
  EXPECT_EQ(macs(element * number(0.25)), 0);
  EXPECT_EQ(macs(element * element), 0); // a square
  EXPECT_EQ(macs(element * read(0, {at(ix(0), Boundary::wrap)})), 4);
  EXPECT_EQ(macs(cast(DType::f64, element) * cast(DType::f64, read(0, {at(whole(0))}))), 4);
}

// --- Composition ------------------------------------------------------------------------------

// z(i, j) = sum(m) x(j + m) k(i, m): 3 filters of width 2 over 6 elements.
Definition filters() {
  return define("filters", {{"x", {DType::f32, {6}}}, {"k", {DType::f32, {3, 2}}}},
                {reduction("z", {{"i", 3}, {"j", 5}}, ReduceKind::sum, {{"m", 2}},
                           read(0, {at(ix(1) + ix(2))}) * read(1, {at(ix(0)), at(ix(2))}))});
}

const Numbers image = {1, 2, 4, 8, 16, 32}, kernels = {1, 1, 1, -1, -2, 1}, bias = {0, 10, -1};

Definition filters_bias_relu() {
  Stage conv{filters(), {{.operand = 0}, {.operand = 2}}};
  Stage epilogue{bias_relu(3, 5, {at(ix(0))}, {3}), {{-1, 0, 0}, {.operand = 1}}};
  return compose("block",
                 {{"x", {DType::f32, {6}}}, {"b", {DType::f32, {3}}}, {"k", {DType::f32, {3, 2}}}},
                 {conv, epilogue}, {{1, 0}});
}

TEST(Compose, ConvolutionWithBiasAndRelu) {
  const Definition block = filters_bias_relu();
  ASSERT_EQ(block.equations.size(), 2u);
  EXPECT_EQ(block.results, std::vector<int>{1});
  EXPECT_EQ(reals(interpret(block, {image, bias, kernels})),
            (Numbers{3, 6, 12, 24, 48, 9, 8, 6, 2, 0, 0, 0, 0, 0, 0}));
  EXPECT_EQ(to_string(block), "block(x: 6xf32, b: 3xf32, k: 3x2xf32)\n"
                              "z(i, j) = sum(m)(x(j + m) * k(i, m)) where i < 3, j < 5, m < 2\n"
                              "y(i, j) = max(z(i, j) + b(i), 0) where i < 3, j < 5\n");
  EXPECT_EQ(count_macs(block), 30);
}

TEST(Compose, DropsWhatNoResultNeeds) {
  Definition both = softmax(4);
  both.results = {0, 3};
  const Stage stage{both, {{.operand = 0}}};
  const Definition maximum = compose("f", {{"x", {DType::f32, {4}}}}, {stage}, {{0, 0}});
  EXPECT_EQ(maximum.equations.size(), 1u);
  EXPECT_EQ(reals(interpret(maximum, {{3, 1, 4, 1}})), Numbers{4});

  // A stage that is not used at all before one that is.
  const Stage square{
      define("square", {{"x", {DType::f32, {4}}}},
             {equation("q", {{"i", 4}}, read(0, {at(ix(0))}) * read(0, {at(ix(0))}))}),
      {{.operand = 0}}};
  const Stage twice{square.definition, {{-1, 1, 0}}};
  const Definition fourth =
      compose("g", {{"x", {DType::f32, {4}}}}, {stage, square, twice}, {{2, 0}});
  EXPECT_EQ(fourth.equations.size(), 2u);
  EXPECT_EQ(reals(interpret(fourth, {{3, 1, 4, 1}})), (Numbers{81, 1, 256, 1}));
}

TEST(Compose, RefusesWhatDoesNotFit) {
  const Stage stage{softmax(4), {{.operand = 0}}};
  EXPECT_THROW(compose("f", {{"x", {DType::f32, {5}}}}, {stage}, {{0, 0}}), Error);
  EXPECT_THROW(compose("f", {{"x", {DType::f32, {4}}}}, {stage}, {{0, 1}}), Error);
  EXPECT_THROW(compose("f", {{"x", {DType::f32, {4}}}}, {stage}, {{1, 0}}), Error);
  const Stage unbound{softmax(4), {}};
  EXPECT_THROW(compose("f", {{"x", {DType::f32, {4}}}}, {unbound}, {{0, 0}}), Error);
}

// --- Mapping over a batch ---------------------------------------------------------------------

TEST(MapOver, ABatchIsEachElementOnItsOwn) {
  const Definition batched = map_over(filters_bias_relu(), {2}, {0});
  EXPECT_EQ(batched.operands[0].type.shape, (Shape{2, 6}));
  EXPECT_EQ(batched.operands[1].type.shape, (Shape{3}));
  EXPECT_EQ(batched.type_of(4).shape, (Shape{2, 3, 5}));
  EXPECT_EQ(to_string(batched),
            "block(x: 2x6xf32, b: 3xf32, k: 3x2xf32)\n"
            "z(b, i, j) = sum(m)(x(b, j + m) * k(i, m)) where b < 2, i < 3, j < 5, m < 2\n"
            "y(b, i, j) = max(z(b, i, j) + b(i), 0) where b < 2, i < 3, j < 5\n");
  const Numbers other = {0, 1, 0, -1, 5, 3};
  Numbers images = image, expected = reals(interpret(filters_bias_relu(), {image, bias, kernels}));
  images.insert(images.end(), other.begin(), other.end());
  const Numbers second = reals(interpret(filters_bias_relu(), {other, bias, kernels}));
  expected.insert(expected.end(), second.begin(), second.end());
  EXPECT_EQ(reals(interpret(batched, {images, bias, kernels})), expected);
}

TEST(MapOver, SeveralDimensionsAndInnerEquations) {
  const Definition batched = map_over(softmax(3), {2, 2}, {0});
  EXPECT_EQ(batched.type_of(1).shape, (Shape{2, 2}));
  EXPECT_EQ(batched.type_of(4).shape, (Shape{2, 2, 3}));
  const std::vector<Value> values = interpret(batched, {{1, 1, 1, 0, 0, 0, 5, 5, 5, 0, 0, 100}});
  for (int k = 0; k < 9; ++k)
    EXPECT_NEAR(values[static_cast<size_t>(k)].real, 1.0 / 3, 1e-15);
  EXPECT_NEAR(values[11].real, 1, 1e-15);
}

TEST(MapOver, LeavesEquationsOfUnmappedOperandsAlone) {
  // w2 = 2 w;  y(i) = x(i) w2
  const Definition definition =
      define("scale", {{"x", {DType::f32, {2}}}, {"w", {DType::f32, {}}}},
             {equation("w2", {}, read(1, {}) * number(2)),
              equation("y", {{"i", 2}}, read(0, {at(ix(0))}) * read(2, {}))});
  const Definition batched = map_over(definition, {2}, {0});
  EXPECT_TRUE(batched.equations[0].free.empty());
  EXPECT_EQ(reals(interpret(batched, {{1, 2, 3, 4}, {10}})), (Numbers{20, 40, 60, 80}));

  const Definition by_weights = map_over(definition, {2}, {1});
  EXPECT_EQ(reals(interpret(by_weights, {{1, 2}, {10, 100}})), (Numbers{20, 40, 200, 400}));
  EXPECT_EQ(map_over(definition, {3}, {}).type_of(3).shape, (Shape{3, 2}));
}

TEST(MapOver, ShiftsFloorsFillsAndIndexValues) {
  // y(i) = x(zero(i/2 - 1 filled with i)) + i
  const Expr fill = cast(DType::f32, index_value(ix(0)));
  const Definition definition =
      define("f", {{"x", {DType::f32, {2}}}},
             {equation("y", {{"i", 4}},
                       read(0, {at(floor_div(ix(0), 2) - whole(1), Boundary::fill, fill)}) +
                           cast(DType::f32, index_value(ix(0))))});
  EXPECT_EQ(reals(interpret(definition, {{10, 20}})), (Numbers{0, 2, 12, 13}));
  EXPECT_EQ(reals(interpret(map_over(definition, {2}, {0}), {{10, 20, 30, 40}})),
            (Numbers{0, 2, 12, 13, 0, 2, 32, 33}));
}

TEST(MapOver, RefusesTooManyDimensions) {
  EXPECT_THROW(map_over(softmax(3), Shape::filled(12, 1), {0}), Error);
}

} // namespace
} // namespace fovea
