// The language of equations: index arithmetic, scalar functions, reductions, systems, packs,
// batches.
#include "interpret.hpp"
#include "support/indices.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace fovea {
namespace {

using namespace testing;
using ::testing::ElementsAre;

Numbers run(const UserEquation& equation, const std::vector<Filled>& operands) {
  return interpret(equation, operands);
}
template <class Lambda>
Numbers of(Lambda lambda, const std::vector<Filled>& operands) {
  return run(define("f", lambda), operands);
}

const Filled five{{5}, {3, 1, 4, 1, 5}};
const Filled table{{2, 3}, {3, 1, 4, 1, 5, 9}};

TEST(Equation, IndexArithmetic) {
  EXPECT_THAT(of([](Tensor<1> x) { return Z(i.range(4)) = x(i + 1) - x(i); }, {five}),
              ElementsAre(-2, 3, -3, 4));
  EXPECT_THAT(of([](Tensor<1> x) { return Z(i.range(3)) = x(2 * i); }, {five}),
              ElementsAre(3, 4, 5));
  EXPECT_THAT(of([](Tensor<1> x) { return Z(i.range(5)) = x(4 - i); }, {five}),
              ElementsAre(5, 1, 4, 1, 3));
  EXPECT_THAT(of([](Tensor<1> x) { return Z(i.range(6)) = x(i / 2); }, {five}),
              ElementsAre(3, 3, 1, 1, 4, 4));
  EXPECT_THAT(of([](Tensor<1> x) { return Z(i.range(7)) = x(i % 3); }, {five}),
              ElementsAre(3, 1, 4, 3, 1, 4, 3));
  // Floor, also of negative numbers, and remainders that are never negative.
  EXPECT_THAT(of([](Tensor<1> x) { return Z(i.range(4)) = x((i - 3) / 2 + 2); }, {five}),
              ElementsAre(3, 1, 1, 4));
  EXPECT_THAT(of([](Tensor<1> x) { return Z(i.range(4)) = x((i - 3) % 4); }, {five}),
              ElementsAre(1, 4, 1, 3));
  EXPECT_THAT(of([](Tensor<2> x) { return Z(j, i) = x(i, j); }, {table}),
              ElementsAre(3, 1, 1, 5, 4, 9));
  EXPECT_THAT(of([](Tensor<2> x) { return Z(i.range(2)) = x(i, i + 1); }, {table}),
              ElementsAre(1, 9));
}

TEST(Equation, ScalarFunctions) {
  const Filled x{{3}, {-2.5, 0.25, 9}};
  const auto each = [&](auto function, auto expected) {
    Numbers wanted;
    for (double value : x.elements)
      wanted.push_back(expected(value));
    EXPECT_EQ(of([=](Tensor<1> t) { return Z(i) = function(t(i)); }, {x}), wanted);
  };
  each([](auto v) { return abs(v); }, [](double v) { return std::abs(v); });
  each([](auto v) { return exp(v); }, [](double v) { return std::exp(v); });
  each([](auto v) { return log(abs(v)); }, [](double v) { return std::log(std::abs(v)); });
  each([](auto v) { return sqrt(v * v); }, [](double v) { return std::sqrt(v * v); });
  each([](auto v) { return fovea::tanh(v); }, [](double v) { return std::tanh(v); });
  each([](auto v) { return erf(v); }, [](double v) { return std::erf(v); });
  each([](auto v) { return floor(v) + ceil(v); },
       [](double v) { return std::floor(v) + std::ceil(v); });
  each([](auto v) { return max(v, 0.5) + min(1.0, v); },
       [](double v) { return std::max(v, 0.5) + std::min(1.0, v); });
  each([](auto v) { return pow(abs(v), 0.5) / 2.0 - v; },
       [](double v) { return std::pow(std::abs(v), 0.5) / 2 - v; });
  each([](auto v) { return select(v < 1.0, -v, 2.0 * v); },
       [](double v) { return v < 1 ? -v : 2 * v; });
}

TEST(Equation, IndicesAsValues) {
  EXPECT_THAT(
      of([](Tensor<1> x) { return Z(i) = x(i) * cast(value(i * 2 + 1), DType::f64); }, {five}),
      ElementsAre(3, 3, 20, 7, 45));
}

TEST(Equation, Reductions) {
  EXPECT_THAT(of([](Tensor<2> x) { return Z(i) = sum(j)(x(i, j)); }, {table}), ElementsAre(8, 15));
  EXPECT_THAT(of([](Tensor<2> x) { return Z(i) = product(j)(x(i, j)); }, {table}),
              ElementsAre(12, 45));
  EXPECT_THAT(of([](Tensor<2> x) { return Z(i) = max(j)(x(i, j)); }, {table}), ElementsAre(4, 9));
  EXPECT_THAT(of([](Tensor<2> x) { return Z(i) = min(j)(x(i, j)); }, {table}), ElementsAre(1, 1));
  EXPECT_THAT(of([](Tensor<2> x) { return Z(j) = mean(i)(x(i, j)); }, {table}),
              ElementsAre(2, 3, 6.5));
  EXPECT_THAT(of([](Tensor<2> x) { return Z() = mean(i, j)(x(i, j)); }, {table}),
              ElementsAre(23.0 / 6));
  EXPECT_THAT(
      of([](Tensor<2> x) { return Z() = sum(i)(max(j)(x(i, j)) * min(j)(x(i, j))); }, {table}),
      ElementsAre(13));
  EXPECT_THAT(of([](Tensor<1> x) { return Z(i) = sum(m.range(2))(x(i + m)); }, {five}),
              ElementsAre(4, 5, 5, 6));
}

TEST(Equation, PlacesAndConditions) {
  const auto number = [](auto value) { return cast(value, DType::f64); };
  EXPECT_THAT(of([&](Tensor<2> x) { return Z(i) = number(argmax(j)(x(i, j))); }, {table}),
              ElementsAre(2, 2));
  EXPECT_THAT(of([&](Tensor<1> x) { return Z() = number(argmin(i)(x(i))); }, {five}),
              ElementsAre(1));
  EXPECT_THAT(of([&](Tensor<1> x) { return Z() = number(argmax(i)(x(i))); },
                 {{{4}, {1, std::nan(""), 9, std::nan("")}}}),
              ElementsAre(1));
  EXPECT_THAT(of([&](Tensor<2> x) { return Z(i) = number(any(j)(8.0 < x(i, j))); }, {table}),
              ElementsAre(0, 1));
  EXPECT_THAT(of([&](Tensor<2> x) { return Z(i) = number(all(j)(0.5 < x(i, j))); }, {table}),
              ElementsAre(1, 1));
}

TEST(Equation, AccumulatorsAreChosen) {
  const auto total = [](Tensor<1> x) { return Z() = sum(i).in(DType::f64)(x(i)); };
  EXPECT_EQ(
      define("total", total).definition({TensorType{DType::f32, {9}}}).equations[0].accumulator,
      DType::f64);
}

// The letter of an inner reduction hides the same letter outside.
TEST(Equation, ReductionsMayReuseALetter) {
  EXPECT_THAT(of([](Tensor<2> x) { return Z(i) = sum(j)(x(i, j)) - max(j)(x(i, j)); }, {table}),
              ElementsAre(4, 6));
  EXPECT_THAT(of([](Tensor<1> x) { return Z(j) = x(j) / sum(j)(x(j)); }, {{{2}, {1, 3}}}),
              ElementsAre(.25, .75));
  EXPECT_THAT(of([](Tensor<2> x) { return Z(i.range(2)) = sum(i, j)(x(i, j)); }, {table}),
              ElementsAre(23, 23));
}

TEST(Equation, Systems) {
  const auto soft = [](Tensor<2> x) {
    const auto M = let(M_(i) = max(j)(x(i, j)));
    const auto E = let(E_(i, j) = exp(x(i, j) - M(i)));
    return Z(i, j) = E(i, j) / sum(k)(E(i, k));
  };
  const Numbers result = of(soft, {table});
  EXPECT_NEAR(result[0] + result[1] + result[2], 1, 1e-15);
  EXPECT_NEAR(result[4], std::exp(-4) / (std::exp(-8) + std::exp(-4) + 1), 1e-15);
  // An inner equation is bound once, however often it is read.
  const Definition definition = define("soft", soft).definition({TensorType{DType::f32, {2, 3}}});
  EXPECT_EQ(definition.equations.size(), 4u);
}

TEST(Equation, PacksServeEveryRank) {
  for (int rank = 1; rank <= 3; ++rank) {
    const Shape shape = Shape::filled(rank, 2);
    const IndexPack<'a'> a(rank);
    const Tensor<any_rank> x(0, "x", {DType::f64, shape});
    const Definition definition = bind("twice", {{"x", {DType::f64, shape}}}, {Z(a) = x(a) * 2.0});
    const auto count = static_cast<size_t>(shape.elements());
    EXPECT_EQ(interpret(definition, {Numbers(count, 3)}), Numbers(count, 6));
  }
}

TEST(Equation, PacksOfIndicesCountModuloAndBackwards) {
  const IndexPack<'a'> a(Shape{2, 3});
  const Tensor<any_rank> x(0, "x", {DType::f64, {2, 3}}), y(1, "y", {DType::f64, {1, 2}});
  const Definition definition = bind("f", {{"x", x.type()}, {"y", y.type()}},
                                     {Z(a) = x(Shape{1, 2} - a) * y(a % Shape{1, 2})});
  EXPECT_THAT(interpret(definition, {table.elements, {1, 10}}), ElementsAre(9, 50, 1, 4, 10, 3));
}

// A place of several dimensions, each computed; outside stands a value of one's own.
TEST(Equation, PacksOfComputedPlaces) {
  const auto places = [](Tensor<2> x, Tensor<2> p, const auto& rule) {
    const Index<'i'> n{4};
    const auto component = [&](int64_t c) {
      return cast(p(n, IndexValue<Letters<>>{{c, {}}}), DType::i64).expr;
    };
    return Z(n) = x(rule(ScalarPack<Letters<'i'>>{{component(0), component(1)}}));
  };
  const Filled p{{4, 2}, {0, 2, 1, 0, -1, 1, 1, 7}};
  EXPECT_THAT(
      of([&](Tensor<2> x, Tensor<2> q) { return places(x, q, [](const auto& at) { return at; }); },
         {table, p}),
      ElementsAre(4, 1, 1, 9));
  const Scalar<Letters<>> outside{make_constant(-2, DType::f64)};
  EXPECT_THAT(of(
                  [&](Tensor<2> x, Tensor<2> q) {
                    return places(x, q, [&](const auto& at) { return constant(at, outside); });
                  },
                  {table, p}),
              ElementsAre(4, 1, -2, -2));
}

TEST(Equation, LeadingDimensionsAreABatch) {
  const auto pairs =
      define("pairs", [](Tensor<1> x, Tensor<1> w) { return Z(i) = sum(m)(x(i + m) * w(m)); });
  const Filled batch{{2, 3}, {1, 2, 3, 4, 5, 6}}, one{{2}, {1, 10}};
  EXPECT_THAT(run(pairs, {batch, one}), ElementsAre(21, 32, 54, 65));
  const Filled two{{2, 2}, {1, 10, 10, 1}};
  EXPECT_THAT(run(pairs, {batch, two}), ElementsAre(21, 32, 45, 56));
  EXPECT_EQ(pairs.definition({{DType::f64, {4, 5, 3}}, {DType::f64, {2}}}).equations.back().shape(),
            (Shape{4, 5, 2}));
}

TEST(Equation, StandsAmongLayers) {
  const auto swap = define("swap", [](Tensor<2> x) { return Z(j, i) = x(i, j); });
  Network net("mixed");
  const Tensor<> y = swap(net.input("x", {2, 3}) | relu) | dense(4);
  EXPECT_EQ(y.shape(), (Shape{3, 4}));
  EXPECT_EQ(net.nodes()[1].layer, "swap");
  EXPECT_EQ(swap(y).shape(), (Shape{4, 3}));
  EXPECT_EQ(net.nodes().back().layer, "swap_2");
}

} // namespace
} // namespace fovea
