// Figures of textbooks, by equations as text and the interpreter.
#include "interpret.hpp"

#include <fovea/equation/text.hpp>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace fovea {
namespace {

using namespace testing;
using ::testing::Each;
using ::testing::ElementsAre;

Numbers of(const std::string& text, const std::vector<Filled>& operands) {
  Types types;
  std::vector<Numbers> values;
  for (const Filled& operand : operands) {
    types.push_back({DType::f64, operand.shape});
    values.push_back(operand.elements);
  }
  return interpret(Equations(text).bind_in_order(types), values);
}

const Filled X{{5, 5}, {3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8, 9, 7, 9, 3, 2, 3, 8, 4, 6, 2, 6, 4, 3}};
Filled kernel(Numbers elements) {
  return {{3, 3}, std::move(elements)};
}
const Filled dx = kernel({-1, 0, 1, -2, 0, 2, -1, 0, 1});
const Filled dy = kernel({-1, -2, -1, 0, 0, 0, 1, 2, 1});
const Filled gauss16 = kernel({1, 2, 1, 2, 4, 2, 1, 2, 1});
const Filled edge8 = kernel({-1, -1, -1, -1, 8, -1, -1, -1, -1});
const Filled sharpen = kernel({0, -1, 0, -1, 5, -1, 0, -1, 0});
const Filled laplace = kernel({0, 1, 0, 1, -4, 1, 0, 1, 0});

Numbers negative(Numbers numbers) {
  for (double& number : numbers)
    number = -number;
  return numbers;
}

TEST(TextTextbook, CorrelationAndConvolution) {
  const char* const correlation = "Z(i, j) = sum(m, n)(V(i + m, j + n) * K(m, n))";
  const char* const convolution = "Z(i, j) = sum(m, n)(V(i + 2 - m, j + 2 - n) * K(m, n))";
  const Numbers by_dx = {-1, 5, -5, 5, 7, -2, 4, 13, -1};
  EXPECT_EQ(of(correlation, {X, dx}), by_dx);
  EXPECT_EQ(of(convolution, {X, dx}), negative(by_dx));
  EXPECT_THAT(of(correlation, {X, dy}), ElementsAre(21, 23, 21, -9, -3, 4, -14, -15, -15));
  EXPECT_THAT(of(correlation, {X, gauss16}), ElementsAre(77, 81, 81, 89, 101, 106, 66, 83, 95));
  EXPECT_THAT(of(correlation, {X, edge8}), ElementsAre(-29, 11, -4, 25, 31, 9, -26, -22, 19));
  EXPECT_THAT(of(correlation, {X, sharpen}), ElementsAre(-14, 10, 8, 22, 21, 4, -6, -10, 22));
  EXPECT_THAT(of(correlation, {X, laplace}), ElementsAre(16, -4, -3, -14, -12, 3, 8, 13, -14));
}

TEST(TextTextbook, FullConvolutionCommutes) {
  const Filled a{{2, 2}, {1, 2, 3, 4}}, b{{2, 3}, {1, 0, -1, 2, 1, 0}};
  const char* const full =
      "Z(i, j) = sum(m, n)(V(zero(i - m), zero(j - n)) * K(m, n)) where i < 3, j < 4";
  const Numbers expected = {1, 2, -1, -2, 5, 9, -1, -4, 6, 11, 4, 0};
  EXPECT_EQ(of(full, {a, b}), expected);
  EXPECT_EQ(of(full, {b, a}), expected);
}

const Filled x7{{7}, {1, 4, 2, 8, 5, 7, 3}}, k3{{3}, {2, -1, 3}};

TEST(TextTextbook, OneDimension) {
  const auto run = [](const char* text) { return of(text, {x7, k3}); };
  EXPECT_THAT(run("Z(i) = sum(m)(x(i + m) * w(m))"), ElementsAre(4, 30, 11, 32, 12));
  EXPECT_THAT(run("Z(i) = sum(m)(x(i + 2 - m) * w(m))"), ElementsAre(3, 26, 8, 33, 14));
  EXPECT_THAT(run("Z(i) = sum(m)(x(zero(i - m)) * w(m)) where i < 9"),
              ElementsAre(2, 7, 3, 26, 8, 33, 14, 18, 9));
  EXPECT_THAT(run("Z(i) = sum(m)(x(zero(i - m)) * w(m)) where i < 7"),
              ElementsAre(2, 7, 3, 26, 8, 33, 14));
  EXPECT_THAT(run("Z(i) = sum(m)(x(zero(i + 1 - m)) * w(m)) where i < 7"),
              ElementsAre(7, 3, 26, 8, 33, 14, 18));
  EXPECT_THAT(run("Z(i) = sum(m)(x(2*i + m) * w(m))"), ElementsAre(4, 11, 12));
  EXPECT_THAT(run("Z(i) = sum(m)(x(i + 2*m) * w(m))"), ElementsAre(15, 21, 8));
}

TEST(TextTextbook, BoundariesOfAnImageOfOnes) {
  const Filled ones{{3, 3}, Numbers(9, 1)};
  const auto run = [&](const std::string& rule, const Filled& kernel) {
    return of(fmt::format("Z(i, j) = sum(m, n)(V({0}(i + m - 1), {0}(j + n - 1)) * K(m, n)) "
                          "where i < 3, j < 3",
                          rule),
              {ones, kernel});
  };
  EXPECT_THAT(run("zero", edge8), ElementsAre(5, 3, 5, 3, 0, 3, 5, 3, 5));
  EXPECT_THAT(run("zero", sharpen), ElementsAre(3, 2, 3, 2, 1, 2, 3, 2, 3));
  for (const char* rule : {"clamp", "reflect", "wrap"}) {
    EXPECT_THAT(run(rule, edge8), Each(0));
    EXPECT_THAT(run(rule, sharpen), Each(1));
  }
}

TEST(TextTextbook, CircularAndUnsharedAndTiled) {
  EXPECT_THAT(of("Z(i) = sum(m)(x(wrap(i - m)) * w(m)) where i < 4",
                 {{{4}, {1, 2, 3, 4}}, {{4}, {1, 1, 0, 0}}}),
              ElementsAre(5, 3, 5, 7));
  const Filled x{{4}, {1, 2, 3, 4}};
  EXPECT_THAT(of("Z(j) = sum(m)(x(j + m) * w(j, m))", {x, {{3, 2}, {1, 1, 1, -1, 2, 1}}}),
              ElementsAre(3, -1, 10));
  EXPECT_THAT(of("Z(j) = sum(m)(x(j + m) * w(j%2, m))", {x, {{2, 2}, {1, 1, 1, -1}}}),
              ElementsAre(3, -1, 7));
}

TEST(TextTextbook, Pools) {
  const Filled corner{{4, 4}, {3, 1, 4, 1, 9, 2, 6, 5, 5, 8, 9, 7, 3, 2, 3, 8}};
  const auto pool = [&](const std::string& reduced) {
    return of("Z(i, j) = " + reduced + " where m < 2, n < 2", {corner});
  };
  EXPECT_THAT(pool("max(m, n)(x(2*i + m, 2*j + n))"), ElementsAre(9, 6, 8, 9));
  EXPECT_THAT(pool("min(m, n)(x(2*i + m, 2*j + n))"), ElementsAre(1, 1, 2, 3));
  EXPECT_THAT(pool("mean(m, n)(x(2*i + m, 2*j + n))"), ElementsAre(3.75, 4, 4.5, 6.75));
  EXPECT_THAT(pool("sqrt(sum(m, n)(x(2*i + m, 2*j + n) * x(2*i + m, 2*j + n)))"),
              ElementsAre(std::sqrt(95), std::sqrt(78), std::sqrt(102), std::sqrt(203)));
}

TEST(TextTextbook, TheSequence1011) {
  const Filled sequence{{12}, {0, 1, 0, 1, 1, 0, 1, 1, 1, 0, 1, 0}}, w{{4}, {1, -1, 1, 1}};
  EXPECT_THAT(of("S(i) = sum(m)(x(i + m) * w(m))", {sequence, w}),
              ElementsAre(0, 3, 0, 1, 3, 1, 1, 1, 2));
  const char* const fires = R"(
      S(i) = sum(m)(x(i + m) * w(m))
      Z() = f64(select(any(i)(S(i) - 2.5 > 0), 1, 0)))";
  EXPECT_THAT(of(fires, {sequence, w}), ElementsAre(1));
  Filled without = sequence;
  without.elements[4] = without.elements[6] = 0;
  EXPECT_THAT(of(fires, {without, w}), ElementsAre(0));
}

TEST(TextTextbook, Backpropagation) {
  const Filled x{{5}, {1, 2, 3, 4, 5}}, w{{3}, {1, 0, -1}}, g{{3}, {1, 10, 100}};
  EXPECT_THAT(of("o(i) = sum(m)(x(i + m) * w(m))", {x, w}), ElementsAre(-2, -2, -2));
  EXPECT_THAT(of("dw(m) = sum(i)(x(i + m) * g(i))", {x, g}), ElementsAre(321, 432, 543));
  EXPECT_THAT(of("dx(i) = sum(m)(g(zero(i - m)) * w(m)) where i < 5", {g, w}),
              ElementsAre(1, 10, 99, -10, -100));
}

TEST(TextTextbook, NormsAndSoftmax) {
  const Numbers normed = of("A() = mean(i)(x(i))\n"
                            "B() = mean(i)((x(i) - A()) * (x(i) - A()))\n"
                            "Z(i) = (x(i) - A()) / sqrt(B())",
                            {{{4}, {1, 2, 3, 4}}});
  EXPECT_NEAR(normed[0], -1.3416408, 1e-7);
  EXPECT_NEAR(normed[2], 0.4472136, 1e-7);
  const Numbers soft = of("M() = max(i)(x(i)); E(i) = exp(x(i) - M()); Z(i) = E(i) / sum(j)(E(j))",
                          {{{10}, Numbers(10, 7)}});
  for (double part : soft)
    EXPECT_NEAR(part, 0.1, 1e-15);
}

} // namespace
} // namespace fovea
