// From equations as written to definitions: ranges, hoisted reductions, boundary rules, canonical
// text.
#include "support/indices.hpp"

#include <fovea/dsl.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace fovea {
namespace {

using namespace testing;
using ::testing::HasSubstr;

template <class Lambda>
Definition bound(Lambda lambda, const Types& types) {
  return define("f", lambda).definition(types);
}

Shape result_shape(const Definition& definition) {
  return definition.equations[static_cast<size_t>(definition.results[0])].shape();
}

TEST(Bind, AFreeIndexTakesTheDimensionWhereItStandsAlone) {
  EXPECT_EQ(result_shape(bound([](Tensor<2> x) { return Z(j, i) = x(i, j); }, {f32({4, 7})})),
            (Shape{7, 4}));
}

TEST(Bind, OrTheLargestRangeThatKeepsEveryReadInside) {
  const auto windows = [](Tensor<1> x, Tensor<1> w) { return Z(i) = sum(m)(x(i * 2 + m) * w(m)); };
  EXPECT_EQ(result_shape(bound(windows, {f32({9}), f32({3})})), (Shape{4}));
  EXPECT_EQ(result_shape(bound(windows, {f32({10}), f32({3})})), (Shape{4}));
  EXPECT_EQ(result_shape(bound(windows, {f32({11}), f32({3})})), (Shape{5}));
  const auto both = [](Tensor<1> x) { return Z(i) = x(i + 2) + x(i * 3); };
  EXPECT_EQ(result_shape(bound(both, {f32({10})})), (Shape{4}));
}

TEST(Bind, TheLargestRangeOfEveryForm) {
  const auto extents = [](auto lambda, const Types& types) {
    return result_shape(bound(lambda, types));
  };
  const Types nine{f32({9})}, both{f32({9}), f32({3})};
  // Negative steps, floors, remainders beside steps.
  EXPECT_EQ(extents([](Tensor<1> x) { return Z(i) = x(8 - i * 3); }, nine), (Shape{3}));
  EXPECT_EQ(extents([](Tensor<1> x) { return Z(i) = x(i / 2); }, nine), (Shape{18}));
  EXPECT_EQ(extents([](Tensor<1> x) { return Z(i) = x(i * 2 + i % 3); }, nine), (Shape{4}));
  EXPECT_EQ(
      extents([](Tensor<1> x, Tensor<1> w) { return Z(i) = sum(m)(x(i + 2 - m) * w(m)); }, both),
      (Shape{7}));
  // The shortest of several; a second index once the first is decided.
  EXPECT_EQ(extents([](Tensor<1> x, Tensor<1> w) { return Z(i) = x(i) * w(i); }, both), (Shape{3}));
  EXPECT_EQ(extents([](Tensor<1> x, Tensor<1> w) { return Z(i, j) = x(i + j) * w(2 - i); }, both),
            (Shape{3, 7}));
}

TEST(Bind, OrAStatedRange) {
  EXPECT_EQ(result_shape(bound([](Tensor<1> x) { return Z(i.range(3)) = x(i); }, {f32({9})})),
            (Shape{3}));
  EXPECT_EQ(
      result_shape(bound([](Tensor<1> x) { return Z(i.range(4)) = x(zero(i - 2)); }, {f32({9})})),
      (Shape{4}));
  EXPECT_EQ(result_shape(bound([](Tensor<1> x) { return Z(i.range(2), j) = x(j); }, {f32({9})})),
            (Shape{2, 9}));
}

TEST(Bind, NestedReductionsBecomeEquations) {
  const Definition definition =
      bound([](Tensor<2> x, Tensor<1> b) { return Z(i) = b(i) + sum(j)(x(i, j)); },
            {f32({4, 7}), f32({4})});
  ASSERT_EQ(definition.equations.size(), 2u);
  EXPECT_EQ(definition.equations[0].reduction, ReduceKind::sum);
  EXPECT_FALSE(definition.equations[1].reduction.has_value());
  EXPECT_EQ(definition.results, std::vector<int>{1});
}

TEST(Bind, AReductionAtTheRootStaysWhereItIs) {
  const Definition definition =
      bound([](Tensor<2> x) { return Z(i) = sum(j)(x(i, j)); }, {f32({4, 7})});
  EXPECT_EQ(definition.equations.size(), 1u);
}

// A hoisted reduction runs over those indices only that it depends on.
TEST(Bind, HoistedReductionsDependOnWhatTheyRead) {
  const Definition definition =
      bound([](Tensor<2> x, Tensor<1> b) { return Z(i, l) = b(l) * sum(j)(x(i, j)); },
            {f32({4, 7}), f32({3})});
  EXPECT_EQ(definition.equations[0].shape(), (Shape{4}));
  EXPECT_EQ(result_shape(definition), (Shape{4, 3}));
}

TEST(Bind, AMeanDividesByTheNumberOfTerms) {
  const Definition definition =
      bound([](Tensor<2> x) { return Z() = mean(i, j)(x(i, j)); }, {f32({4, 7})});
  EXPECT_THAT(to_string(definition), HasSubstr("/ 28"));
}

TEST(Bind, AccumulatorTypes) {
  const auto accumulator = [](DType type) {
    return bound([](Tensor<1> x) { return Z() = sum(i)(x(i)); }, {TensorType{type, {4}}})
        .equations[0]
        .accumulator;
  };
  EXPECT_EQ(accumulator(DType::f16), DType::f32);
  EXPECT_EQ(accumulator(DType::bf16), DType::f32);
  EXPECT_EQ(accumulator(DType::f32), DType::f32);
  EXPECT_EQ(accumulator(DType::f64), DType::f64);
  EXPECT_EQ(accumulator(DType::i8), DType::i32);
  EXPECT_EQ(accumulator(DType::u8), DType::i32);
  EXPECT_EQ(accumulator(DType::i64), DType::i64);
}

// A rule that never acts is not part of the meaning: such definitions are the same.
TEST(Bind, IdleBoundaryRulesAreDropped) {
  const auto plain = [](Tensor<1> x) { return Z(i.range(4)) = x(i + 1); };
  const auto guarded = [](Tensor<1> x) { return Z(i.range(4)) = x(zero(i + 1)); };
  EXPECT_EQ(canonical_text(bound(plain, {f32({5})})), canonical_text(bound(guarded, {f32({5})})));
  EXPECT_NE(
      canonical_text(bound([](Tensor<1> x) { return Z(i.range(4)) = x(zero(i + 2)); }, {f32({5})})),
      canonical_text(
          bound([](Tensor<1> x) { return Z(i.range(4)) = x(clamp(i + 2)); }, {f32({5})})));
}

TEST(Bind, LettersDoNotMatter) {
  const auto one = [](Tensor<2> x) { return Z(i) = sum(j)(x(i, j)); };
  const auto other = [](Tensor<2> x) { return S_(l) = sum(m)(x(l, m)); };
  EXPECT_EQ(canonical_text(bound(one, {f32({4, 7})})), canonical_text(bound(other, {f32({4, 7})})));
}

TEST(Bind, PaddedAndUnpaddedConvolutionsOfTheSameMeaningAreTheSame) {
  const auto text = [](const auto& layer) {
    const Types types = operands_of(layer.op, {f32({1, 2, 6, 6})});
    return canonical_text(layer.op.definition(types));
  };
  EXPECT_EQ(text(conv(3, 3)), text(conv(3, 3, pad(0))));
  EXPECT_EQ(text(conv(3, 3, same)), text(conv(3, 3, pad(1))));
  EXPECT_EQ(text(conv(3, 1, same)), text(conv(3, 1)));
  EXPECT_NE(text(conv(3, 3, same)), text(conv(3, 3)));
}

TEST(Bind, CountsMultiplyAccumulates) {
  const auto macs = [](const auto& layer, const Shape& input) {
    return count_macs(layer.op.definition(operands_of(layer.op, {f32(input)})));
  };
  EXPECT_EQ(macs(conv(6, 5), {1, 1, 28, 28}), 24 * 24 * 6 * 25);
  EXPECT_EQ(macs(conv(4, 3, groups(2), same), {1, 6, 5, 5}), 25 * 4 * 3 * 9);
  EXPECT_EQ(macs(dense(10), {1, 84}), 840);
  EXPECT_EQ(macs(avg_pool(2), {1, 6, 28, 28}), 0);
}

} // namespace
} // namespace fovea
