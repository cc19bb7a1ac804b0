#include "support/definition_builder.hpp"

#include <fovea/error.hpp>

#include <gtest/gtest.h>

#include <cfloat>
#include <cmath>
#include <numeric>

namespace fovea {
namespace {

using namespace testing;
using Numbers = std::vector<double>;
using Integers = std::vector<int64_t>;

const Numbers x = {1, 4, 2, 8, 5, 7, 3}, k = {2, -1, 3};
constexpr double infinity = std::numeric_limits<double>::infinity();
const double nan = std::nan("");

Numbers correlate(Boundary boundary) {
  return reals(interpret(correlation(7, 3, 7, 1, 1, -1, boundary), {x, k}));
}

// Values of textbook_numbers.md, worked by hand.
TEST(Interpreter, CorrelationsOfTheTextbook) {
  EXPECT_EQ(reals(interpret(correlation(7, 3, 5), {x, k})), (Numbers{4, 30, 11, 32, 12}));
  EXPECT_EQ(reals(interpret(correlation(7, 3, 3, 2), {x, k})), (Numbers{4, 11, 12}));
  EXPECT_EQ(reals(interpret(correlation(7, 3, 3, 1, 2), {x, k})), (Numbers{15, 21, 8}));
  EXPECT_EQ(correlate(Boundary::fill), (Numbers{11, 4, 30, 11, 32, 12, 11}));
  EXPECT_EQ(correlate(Boundary::wrap), (Numbers{17, 4, 30, 11, 32, 12, 14}));
  EXPECT_EQ(correlate(Boundary::reflect), (Numbers{19, 4, 30, 11, 32, 12, 32}));
  EXPECT_EQ(correlate(Boundary::clamp), (Numbers{13, 4, 30, 11, 32, 12, 20}));
}

Numbers shifted_reads(Boundary boundary, int64_t extent, int64_t from, int64_t count) {
  const Definition definition =
      define("shift", {{"x", {DType::f32, {extent}}}},
             {equation("y", {{"i", count}}, read(0, {at(ix(0) + whole(from), boundary)}))});
  Numbers values(static_cast<size_t>(extent));
  std::iota(values.begin(), values.end(), 0);
  return reals(interpret(definition, {values}));
}

TEST(Interpreter, BoundaryRulesFarOutside) {
  EXPECT_EQ(shifted_reads(Boundary::wrap, 3, -7, 14),
            (Numbers{2, 0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2, 0}));
  EXPECT_EQ(shifted_reads(Boundary::reflect, 3, -7, 14),
            (Numbers{1, 2, 1, 0, 1, 2, 1, 0, 1, 2, 1, 0, 1, 2}));
  EXPECT_EQ(shifted_reads(Boundary::clamp, 3, -3, 9), (Numbers{0, 0, 0, 0, 1, 2, 2, 2, 2}));
  EXPECT_EQ(shifted_reads(Boundary::reflect, 1, -2, 4), (Numbers{0, 0, 0, 0}));
}

TEST(Interpreter, FillMayBeAnExpression) {
  const Expr fill = read(1, {}) * number(2);
  const Definition definition =
      define("pad", {{"x", {DType::f32, {2}}}, {"v", {DType::f32, {}}}},
             {equation("y", {{"i", 4}}, read(0, {at(ix(0) + whole(-1), Boundary::fill, fill)}))});
  EXPECT_EQ(reals(interpret(definition, {{5, 6}, {7}})), (Numbers{14, 5, 6, 14}));
}

TEST(Interpreter, ReadOutsideIsAnErrorThatNamesIt) {
  const Definition definition = correlation(7, 3, 6);
  try {
    interpret(definition, {x, k});
    FAIL() << "read outside";
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("reads outside 'x' in dimension 0"), std::string::npos)
        << error.what();
  }
}

TEST(Interpreter, SelectEvaluatesTheBranchTaken) {
  const Expr inside = apply(ScalarOp::less, {index_value(ix(0)), number(2, DType::i64)});
  const Definition definition =
      define("guard", {{"x", {DType::f32, {2}}}},
             {equation("y", {{"i", 3}},
                       apply(ScalarOp::select, {inside, read(0, {at(ix(0))}), number(9)}))});
  EXPECT_EQ(reals(interpret(definition, {{5, 6}})), (Numbers{5, 6, 9}));
}

TEST(Interpreter, Softmax) {
  const Definition definition = softmax(10);
  for (const Value& value : interpret(definition, {Numbers(10, 3.0)})) {
    EXPECT_NEAR(value.real, 0.1, 1e-15);
    EXPECT_GT(value.error, 0);
    EXPECT_LT(value.error, 1e-6);
  }
  // Logits 0..9, label 3: loss 6.458630.
  Numbers logits(10);
  std::iota(logits.begin(), logits.end(), 0);
  const std::vector<Value> p = interpret(definition, {logits});
  EXPECT_NEAR(-std::log(p[3].real), 6.458630, 5e-7);
  const Value single = Interpreter(definition, values_of(definition, {logits})).element(0, {3});
  EXPECT_EQ(single.real, p[3].real);
  EXPECT_EQ(single.error, p[3].error);
}

TEST(Interpreter, SingleElementsAreThoseOfAll) {
  const Definition definition = correlation(7, 3, 5);
  Interpreter one(definition, values_of(definition, {x, k}));
  EXPECT_EQ(one.element(0, {4}).real, 12);
  EXPECT_EQ(one.element(0, {1}).real, 30);
  EXPECT_THROW(one.element(0, {5}), Error);
  EXPECT_THROW(one.element(0, {0, 0}), Error);
  EXPECT_THROW(one.element(1, {0}), Error);
}

TEST(Interpreter, SingleElementOfAVeryLargeResult) {
  const int64_t extent = int64_t{1} << 31;
  const Definition definition = define(
      "large", {}, {equation("y", {{"i", extent}, {"j", extent}}, index_value(ix(0) - ix(1)))});
  Interpreter interpreter(definition, values_of(definition, {}));
  EXPECT_EQ(interpreter.element(0, {extent - 1, 7}).integer, extent - 8);
}

// --- Integers ---------------------------------------------------------------------------------

int64_t integer(ScalarOp op, DType type, int64_t a, int64_t b) {
  const Definition definition =
      define("integer", {{"a", {type, {}}}, {"b", {type, {}}}},
             {equation("y", {}, apply(op, {read(0, {}, type), read(1, {}, type)}))});
  const auto reader = [&](int operand, int64_t) { return Value{0, 0, operand ? b : a}; };
  return Interpreter(definition, reader).element(0, {}).integer;
}

TEST(Interpreter, IntegersWrapInTheirType) {
  EXPECT_EQ(integer(ScalarOp::add, DType::i8, 127, 1), -128);
  EXPECT_EQ(integer(ScalarOp::sub, DType::u8, 0, 1), 255);
  EXPECT_EQ(integer(ScalarOp::mul, DType::i8, 16, 16), 0);
  EXPECT_EQ(integer(ScalarOp::add, DType::i32, INT32_MAX, 1), INT32_MIN);
  EXPECT_EQ(integer(ScalarOp::mul, DType::i64, INT64_MAX, 2), -2);
  EXPECT_EQ(integer(ScalarOp::pow, DType::u8, 3, 6), 729 - 512);
}

TEST(Interpreter, IntegerDivisionTruncatesAndByZeroIsZero) {
  EXPECT_EQ(integer(ScalarOp::div, DType::i32, -7, 2), -3);
  EXPECT_EQ(integer(ScalarOp::div, DType::i32, 7, -2), -3);
  EXPECT_EQ(integer(ScalarOp::div, DType::i32, 7, 0), 0);
  EXPECT_EQ(integer(ScalarOp::div, DType::i32, INT32_MIN, -1), INT32_MIN);
  EXPECT_EQ(integer(ScalarOp::div, DType::i64, INT64_MIN, -1), INT64_MIN);
}

TEST(Interpreter, ShortIntegersAccumulateInI32) {
  const Expr term = read(0, {at(ix(0))}, DType::i8);
  const Definition definition = define("total", {{"x", {DType::i8, {4}}}},
                                       {reduction("s", {}, ReduceKind::sum, {{"i", 4}}, term)});
  EXPECT_EQ(integers(interpret(definition, {{100, 100, 100, 100}})), (Integers{-112}));
  Definition wide = definition;
  wide.equations[0].type = DType::i32;
  EXPECT_EQ(integers(interpret(wide, {{100, 100, 100, 100}})), (Integers{400}));
}

TEST(Interpreter, EmptyReductionsGiveTheNeutralElement) {
  const auto empty = [](ReduceKind kind, DType type) {
    return interpret(define("empty", {{"x", {type, {0}}}},
                            {reduction("s", {}, kind, {{"i", 0}}, read(0, {at(ix(0))}, type))}),
                     {{}})[0];
  };
  EXPECT_EQ(empty(ReduceKind::sum, DType::f32).real, 0);
  EXPECT_EQ(empty(ReduceKind::product, DType::f32).real, 1);
  EXPECT_EQ(empty(ReduceKind::max, DType::f32).real, -infinity);
  EXPECT_EQ(empty(ReduceKind::max, DType::i8).integer, -128);
  EXPECT_EQ(empty(ReduceKind::min, DType::u8).integer, 255);
  EXPECT_EQ(empty(ReduceKind::min, DType::i64).integer, INT64_MAX);
  EXPECT_EQ(empty(ReduceKind::product, DType::i32).integer, 1);
}

TEST(Interpreter, Casts) {
  const auto to = [](DType type, double value) {
    return interpret(
        define("cast", {{"x", {DType::f32, {}}}}, {equation("y", {}, cast(type, read(0, {})))}),
        {{value}})[0];
  };
  EXPECT_EQ(to(DType::i32, -2.75).integer, -2);
  EXPECT_EQ(to(DType::i8, 300).integer, 127);
  EXPECT_EQ(to(DType::u8, -1).integer, 0);
  EXPECT_EQ(to(DType::i64, infinity).integer, INT64_MAX);
  EXPECT_EQ(to(DType::i32, nan).integer, 0);
  EXPECT_EQ(to(DType::boolean, 0.5).integer, 1);
  EXPECT_EQ(to(DType::f16, 65519).real, 65519);
  EXPECT_EQ(to(DType::f16, 65520).real, infinity);
  EXPECT_NEAR(to(DType::f16, 0.1).error, 0.1 * 0x1p-11, 1e-9);
  EXPECT_EQ(to(DType::f16, 0.25).error, 0);
}

// --- NaN, infinity, overflow ------------------------------------------------------------------

TEST(Interpreter, FloatsOverflowInTheirOwnType) {
  EXPECT_EQ(unary(ScalarOp::exp, {100}).real, infinity);
  EXPECT_EQ(unary(ScalarOp::exp, {100}).error, 0);
  EXPECT_EQ(unary(ScalarOp::exp, {1000}).real, infinity);
  EXPECT_EQ(unary(ScalarOp::exp, {1000}, DType::f64).error, 0);
  EXPECT_LT(unary(ScalarOp::exp, {100}, DType::f64).real, infinity);
  EXPECT_EQ(binary(ScalarOp::add, {FLT_MAX}, {1}).real, FLT_MAX + 1.0);
  EXPECT_EQ(binary(ScalarOp::mul, {FLT_MAX}, {-2}).real, -infinity);
  EXPECT_EQ(binary(ScalarOp::mul, {256}, {256}, DType::f16).real, infinity);
  // Uncertain whether it overflows: anything goes.
  EXPECT_EQ(binary(ScalarOp::mul, {FLT_MAX, 1e32}, {1}).error, infinity);
  EXPECT_EQ(unary(ScalarOp::exp, {88.7228, 0.1}).error, infinity);
}

TEST(Interpreter, NanAndInfinityPropagate) {
  EXPECT_TRUE(std::isnan(binary(ScalarOp::max, {nan}, {1}).real));
  EXPECT_TRUE(std::isnan(binary(ScalarOp::max, {1}, {nan}).real));
  EXPECT_TRUE(std::isnan(binary(ScalarOp::min, {nan}, {1}).real));
  EXPECT_TRUE(std::isnan(binary(ScalarOp::sub, {infinity}, {infinity}).real));
  EXPECT_EQ(binary(ScalarOp::sub, {infinity}, {infinity}).error, 0);
  EXPECT_EQ(binary(ScalarOp::max, {-infinity}, {-2, 0.5}).real, -2);
  EXPECT_EQ(binary(ScalarOp::max, {-infinity}, {-2, 0.5}).error, 0.5);
  EXPECT_EQ(binary(ScalarOp::div, {1}, {0}).real, infinity);
  EXPECT_EQ(binary(ScalarOp::div, {1}, {0}).error, 0);
  EXPECT_EQ(binary(ScalarOp::div, {1}, {0, 0.1}).error, infinity);
  EXPECT_EQ(binary(ScalarOp::mul, {infinity}, {0.1, 0.2}).error, infinity);
  EXPECT_EQ(unary(ScalarOp::tanh, {infinity}).real, 1);
  EXPECT_EQ(unary(ScalarOp::exp, {-infinity}).real, 0);

  const auto sum = [](Numbers terms) {
    return interpret(
        define("sum", {{"x", {DType::f32, {3}}}},
               {reduction("s", {}, ReduceKind::sum, {{"i", 3}}, read(0, {at(ix(0))}))}),
        {terms})[0];
  };
  EXPECT_EQ(sum({1, infinity, 2}).real, infinity);
  EXPECT_EQ(sum({1, infinity, 2}).error, 0);
  EXPECT_TRUE(std::isnan(sum({-infinity, infinity, 2}).real));
  EXPECT_TRUE(std::isnan(sum({1, nan, 2}).real));
  // FLT_MAX + FLT_MAX - FLT_MAX is finite in one order only.
  EXPECT_EQ(sum({FLT_MAX, FLT_MAX, -FLT_MAX}).error, infinity);
  EXPECT_EQ(sum({FLT_MAX, FLT_MAX, 0}).real, infinity);
  EXPECT_EQ(sum({FLT_MAX, FLT_MAX, 0}).error, 0);
}

// --- Reading ----------------------------------------------------------------------------------

Value read_element(DType type, const void* data) {
  const Definition definition =
      define("copy", {{"x", {type, {2}}}}, {equation("y", {}, read(0, {at(whole(1))}, type))});
  return Interpreter(definition, reader_of(definition, {data})).element(0, {});
}

TEST(Interpreter, ReadsEveryElementType) {
  const uint16_t third[] = {0, 0x3555}, tiny[] = {0, 0x8001}, most[] = {0, 0x7bff};
  const uint16_t half_infinity[] = {0, 0xfc00}, half_nan[] = {0, 0x7e00}, bfloat[] = {0, 0xc049};
  EXPECT_EQ(read_element(DType::f16, third).real, 0.333251953125);
  EXPECT_EQ(read_element(DType::f16, tiny).real, -0x1p-24);
  EXPECT_EQ(read_element(DType::f16, most).real, 65504);
  EXPECT_EQ(read_element(DType::f16, half_infinity).real, -infinity);
  EXPECT_TRUE(std::isnan(read_element(DType::f16, half_nan).real));
  EXPECT_EQ(read_element(DType::bf16, bfloat).real, -3.140625);
  const float f[] = {0, 0.1f};
  const double d[] = {0, 0.1};
  EXPECT_EQ(read_element(DType::f32, f).real, 0.1f);
  EXPECT_EQ(read_element(DType::f64, d).real, 0.1);
  const int8_t i8[] = {0, -3};
  const uint8_t u8[] = {0, 253};
  const int32_t i32[] = {0, -70000};
  const int64_t i64[] = {0, int64_t{1} << 60};
  EXPECT_EQ(read_element(DType::i8, i8).integer, -3);
  EXPECT_EQ(read_element(DType::u8, u8).integer, 253);
  EXPECT_EQ(read_element(DType::i32, i32).integer, -70000);
  EXPECT_EQ(read_element(DType::i64, i64).integer, int64_t{1} << 60);
  EXPECT_EQ(read_element(DType::boolean, u8).integer, 1);
}

// --- Definitions from files -------------------------------------------------------------------

TEST(Interpreter, RefusesMalformedDefinitions) {
  const auto refuses = [](Expr body) {
    const Definition definition =
        define("bad", {{"x", {DType::f32, {2}}}}, {equation("y", {{"i", 2}}, std::move(body))});
    EXPECT_THROW(Interpreter(definition, [](int, int64_t) { return Value{}; }), Error);
  };
  refuses(read(1, {at(ix(0))}));  // itself
  refuses(read(-1, {at(ix(0))})); // no tensor
  refuses(read(0, {}));           // rank
  refuses(read(0, {at(ix(1))}));  // no such index
  refuses(apply(ScalarOp::add, {number(1)}));
}

} // namespace
} // namespace fovea
