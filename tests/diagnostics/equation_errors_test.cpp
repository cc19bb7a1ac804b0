// Equations whose ranges, ranks or types do not fit the tensors that they are applied to.
#include "expect_error.hpp"

#include <fovea/dsl.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace fovea {
namespace {

using namespace testing;
using ::testing::HasSubstr;

const Index<'i'> i{};
const Index<'j'> j{};
const Index<'m'> m{};

TensorType f32(const Shape& shape) {
  return {DType::f32, shape};
}

template <class Lambda>
ErrorParts refusal(Lambda lambda, const Types& types) {
  return error_of([&] { define("f", lambda).definition(types); });
}

TEST(EquationErrors, AReadThatEscapes) {
  const ErrorParts error =
      refusal([](Tensor<2> x) { return Z(i, j.range(5)) = x(i, j) - x(i, j + 1); }, {f32({4, 5})});
  EXPECT_EQ(error.what, "equation 'f': a read of 't0' escapes its dimension 1 at j + 1");
  EXPECT_EQ(error.expected, "0 <= j + 1 < 5");
  EXPECT_EQ(error.got, "1 .. 5");
  EXPECT_EQ(error.hint, "shorten the range of j, or give a boundary rule: zero(j + 1), "
                        "constant(j + 1, c), clamp(j + 1), reflect(j + 1), wrap(j + 1)");
  EXPECT_EQ(refusal([](Tensor<1> x) { return Z(i.range(4)) = x(i - 2); }, {f32({4})}).got,
            "-2 .. 1");
  EXPECT_EQ(refusal([](Tensor<1> x) { return Z(i.range(9)) = x(i); }, {f32({4})}).got, "0 .. 8");
}

TEST(EquationErrors, TwoRangesOfOneIndex) {
  const ErrorParts error = refusal(
      [](Tensor<1> x, Tensor<1> w) { return Z() = sum(m)(x(m) * w(m)); }, {f32({4}), f32({3})});
  EXPECT_EQ(error.what, "equation 'f': index m has two ranges");
  EXPECT_EQ(error.expected, "4");
  EXPECT_EQ(error.got, "3 from dimension 0 of 't1'");
}

TEST(EquationErrors, ARangeThatNothingStates) {
  const ErrorParts free = refusal([](Tensor<1> x) { return Z(i) = x(zero(i - 1)); }, {f32({4})});
  EXPECT_EQ(free.what, "equation 'f': the range of index i is unknown");
  EXPECT_EQ(free.hint, "write i.range(n) on the left side, in a text `where i < n`");
  const ErrorParts reduced =
      refusal([](Tensor<1> x) { return Z(i) = sum(m)(x(i + m)); }, {f32({4})});
  EXPECT_EQ(reduced.what, "equation 'f': the range of the reduction index m is unknown");
  EXPECT_EQ(reduced.expected, "a dimension that it reads alone, or a stated range");
  EXPECT_EQ(reduced.hint, "write m.range(n), in a text `where m < n`");
}

TEST(EquationErrors, AnEmptyRange) {
  const auto windows = [](Tensor<1> x, Tensor<1> w) { return Z(i) = sum(m)(x(i + m) * w(m)); };
  const ErrorParts error = refusal(windows, {f32({3}), f32({5})});
  EXPECT_EQ(error.what, "equation 'f': index i has an empty range");
  EXPECT_EQ(error.hint, "the tensors read by it are too small");
  EXPECT_EQ(refusal([](Tensor<1> x) { return Z(i.range(0)) = x(i); }, {f32({3})}).got, "0");
}

TEST(EquationErrors, RanksThatDiffer) {
  const ErrorParts error = refusal([](Tensor<3> x) { return Z(i) = x(i, i, i); }, {f32({3, 3})});
  EXPECT_EQ(error.what, "equation 'f': operand 0 (t0) has the wrong rank");
  EXPECT_EQ(error.expected, "rank 3 or more");
  EXPECT_EQ(error.got, "rank 2 (3x3)");
  const auto product = [](Tensor<1> x, Tensor<1> w) { return Z(i) = x(i) * w(i); };
  const ErrorParts batches = refusal(product, {f32({2, 3}), f32({4, 3})});
  EXPECT_EQ(batches.what, "equation 'f': operands differ in their leading dimensions");
  EXPECT_EQ(batches.expected, "2");
  EXPECT_EQ(batches.got, "4");
}

// An inner equation has no declared rank: its reads are counted when it is bound.
TEST(EquationErrors, AnInnerEquationReadWrongly) {
  const ErrorParts error = refusal(
      [](Tensor<2> x) {
        const auto M = let(M_(i) = max(j)(x(i, j)));
        return Z(i, j) = x(i, j) - M(i, j);
      },
      {f32({3, 4})});
  EXPECT_EQ(error.what, "equation 'f': tensor 'M' is read with 2 subscripts");
  EXPECT_EQ(error.expected, "1, one per dimension of 3");
}

TEST(EquationErrors, ElementTypesThatDiffer) {
  const ErrorParts error = refusal([](Tensor<1> x, Tensor<1> w) { return Z(i) = x(i) * w(i); },
                                   {f32({3}), TensorType{DType::i32, {3}}});
  EXPECT_EQ(error.what, "equation: the operands of `mul` have different element types");
  EXPECT_EQ(error.expected, "f32");
  EXPECT_EQ(error.got, "i32");
  EXPECT_EQ(error.hint, "convert one of them with cast(value, type)");
}

// A number takes the type of what stands beside it, and has to be one of it.
TEST(EquationErrors, NumbersThatDoNotFit) {
  const auto of = [](auto equation, DType type) {
    return refusal(equation, {TensorType{type, {4}}});
  };
  const ErrorParts byte = of([](Tensor<1> x) { return Z(i) = x(i) + 300; }, DType::u8);
  EXPECT_EQ(byte.what, "equation: u8 overflow");
  EXPECT_EQ(byte.expected, "0 .. 255");
  EXPECT_EQ(byte.got, "300");
  EXPECT_EQ(of([](Tensor<1> x) { return Z(i) = x(i) * 2147483648; }, DType::i32).what,
            "equation: int32 overflow");
  EXPECT_EQ(of([](Tensor<1> x) { return Z(i) = x(i) * 1e30; }, DType::i64).what,
            "equation: 1e+30 is no i64");
  EXPECT_EQ(of([](Tensor<1> x) { return Z(i) = x(i) * 2.5; }, DType::i32).what,
            "equation: 2.5 is no i32");
  EXPECT_EQ(of([](Tensor<1> x) { return Z(i.range(9)) = x(constant(i - 2, 256)); }, DType::u8).what,
            "equation: u8 overflow");
}

TEST(EquationErrors, OperationsOfOtherTypes) {
  const auto of = [](auto equation, DType type) {
    return refusal(equation, {TensorType{type, {4}}}).what;
  };
  EXPECT_EQ(of([](Tensor<1> x) { return Z(i) = exp(x(i)); }, DType::i32),
            "equation: `exp` is of floats");
  EXPECT_EQ(of([](Tensor<1> x) { return Z(i) = cast(x(i) && x(i), DType::f32); }, DType::f32),
            "equation: `logical_and` is of conditions");
  EXPECT_EQ(of([](Tensor<1> x) { return Z(i) = 0 < x(i) < 1; }, DType::f32),
            "equation: `less` is of numbers");
  EXPECT_EQ(of([](Tensor<1> x) { return Z(i) = select(x(i), x(i), 0); }, DType::f32),
            "equation: `select` is of conditions");
}

TEST(EquationErrors, AnotherElementTypeOutsideATensor) {
  const ErrorParts error = refusal(
      [](Tensor<1> x) {
        return Z(i.range(4)) = x(constant(i - 2, Scalar<Letters<>>{make_integer(7, DType::i64)}));
      },
      {f32({4})});
  EXPECT_EQ(error.what, "equation: what stands outside a tensor has another element type");
  EXPECT_EQ(error.expected, "f32");
  EXPECT_EQ(error.got, "i64");
}

TEST(EquationErrors, NameTheLineOfTheEquation) {
  const unsigned line = __LINE__ + 1;
  const auto pairs = define("pairs", [](Tensor<1> x) { return Z(i.range(4)) = x(i + 1); });
  Network net("net");
  const Tensor<> x = net.input("x", {4});
  const ErrorParts error = error_of([&] { pairs(x); });
  EXPECT_EQ(error.what, "equation 'pairs': a read of 't0' escapes its dimension 0 at i + 1");
  EXPECT_EQ(error.where.line, line);
  EXPECT_STREQ(error.where.file, __FILE__);
}

TEST(EquationErrors, WrongNumberOfOperands) {
  const auto product =
      define("product", [](Tensor<1> x, Tensor<1> w) { return Z(i) = x(i) * w(i); });
  Network net("net");
  const Tensor<> x = net.input("x", {4});
  const ErrorParts error = error_of([&] { product(x); });
  EXPECT_EQ(error.what, "equation 'product': wrong number of operands");
  EXPECT_EQ(error.expected, "2");
  EXPECT_EQ(error.got, "1");
}

TEST(EquationErrors, DivisorsOfIndicesArePositive) {
  for (int64_t divisor : {0, -2}) {
    EXPECT_THAT(
        refusal([=](Tensor<1> x) { return Z(i.range(2)) = x(i / divisor); }, {f32({4})}).what,
        HasSubstr("divi"));
    EXPECT_THAT(
        refusal([=](Tensor<1> x) { return Z(i.range(2)) = x(i % divisor); }, {f32({4})}).what,
        HasSubstr("divi"));
  }
}

TEST(EquationErrors, RangesThatOverflow) {
  const int64_t huge = INT64_C(1) << 62;
  const ErrorParts error = refusal(
      [=](Tensor<1> x) { return Z(i.range(huge), j.range(huge)) = x(zero(i + j)); }, {f32({4})});
  EXPECT_EQ(error.what, "equation 'f': 'Z': the result is too large");
  const ErrorParts mapped = refusal([=](Tensor<1> x) { return Z(i.range(huge)) = x(zero(i)); },
                                    {TensorType{DType::i8, {4, 4}}});
  EXPECT_EQ(mapped.what, "equation 'f': the result is too large");
  EXPECT_EQ(mapped.detail, "mapped over 4");
}

TEST(EquationErrors, TooManyDimensions) {
  const ErrorParts error = refusal([](Tensor<1> x) { return Z(j.range(2), i) = x(i); },
                                   {f32({1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 4})});
  EXPECT_EQ(error.what, "equation 'f': the result has more dimensions than a tensor may have");
}

TEST(EquationErrors, SubscriptsThatOverflow) {
  const int64_t huge = INT64_C(1) << 62;
  const ErrorParts error =
      refusal([=](Tensor<1> x) { return Z(i.range(8)) = x(i * huge); }, {f32({4})});
  EXPECT_THAT(error.what, HasSubstr("escapes"));
  const auto far = [&](int64_t offset) {
    return refusal([=](Tensor<1> x) { return Z(i) = x(i + offset); }, {f32({4})}).what;
  };
  EXPECT_THAT(far(INT64_MAX), HasSubstr("empty range"));
  EXPECT_THAT(far(INT64_MIN + 1), HasSubstr("escapes"));
}

} // namespace
} // namespace fovea
