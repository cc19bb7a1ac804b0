// Equations as text: the forms that the language accepts, and that each means what the same
// equation of C++ means.
#include "expect_error.hpp"
#include "interpret.hpp"
#include "support/indices.hpp"

#include <fovea/dsl.hpp>
#include <fovea/equation/text.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace fovea {
namespace {

using namespace testing;
using ::testing::ElementsAre;
using Types = std::map<std::string, TensorType>;

Shape shape_of(const std::string& text, const Types& types) {
  const Definition definition = Equations(text).bind(types);
  return definition.equations[static_cast<size_t>(definition.results[0])].shape();
}

// The first result, on float64 operands in their order.
Numbers of(const std::string& text, const std::vector<Filled>& operands) {
  const Equations equations(text);
  fovea::Types types;
  std::vector<Numbers> values;
  for (const Filled& operand : operands) {
    types.push_back({DType::f64, operand.shape});
    values.push_back(operand.elements);
  }
  return interpret(equations.bind_in_order(types), values);
}

const Filled five{{5}, {3, 1, 4, 1, 5}};
const Filled table{{2, 3}, {3, 1, 4, 1, 5, 9}};

TEST(Text, AConvolutionOfTheTextbookIsThatOfCpp) {
  const Index<'i'> i;
  const Index<'j'> j;
  const Index<'k'> k;
  const Index<'l'> l;
  const Index<'m'> m;
  const Index<'n'> n;
  const UserEquation same = define("conv", [&](Tensor<3> V, Tensor<4> K) {
    return Z(i, j, k) = sum(l, m, n)(V(l, j * 2 + m, k * 2 + n) * K(i, l, m, n));
  });
  const Equations text("Z(i, j, k) = sum(l, m, n)(V(l, j*2 + m, k*2 + n) * K(i, l, m, n))");
  const TensorType V = f32({3, 9, 9}), K = f32({4, 3, 3, 3});
  EXPECT_EQ(canonical_text(text.bind({{"V", V}, {"K", K}})),
            canonical_text(same.definition({V, K})));
}

// A sum of equal terms is one where its range is stated, and so is what the printer makes of i%1.
TEST(Text, ReductionsOfEqualTerms) {
  EXPECT_THAT(of("Z(i) = sum(m)(x(i)) where m < 3", {five}), ElementsAre(9, 3, 12, 3, 15));
  const Definition same = Equations("Z() = sum(m)(x(m%1)) where m < 4").bind({{"x", f32({1})}});
  EXPECT_EQ(canonical_text(Equations(to_text(same)).bind()), canonical_text(same));
}

// A minus in front of a division or a remainder keeps its brackets when it is printed.
TEST(Text, NegatedDivisionsReadBack) {
  for (const char* text :
       {"Z(i) = x(wrap(-(i/3))) where i < 7", "Z(i) = x(clamp(2 - (i%4))) where i < 7",
        "Z(i) = x(wrap(-(i%4))) where i < 7", "Z(i) = x(0) * f32(-((i + 1)/2)) where i < 7",
        "Z(i) = x(wrap(-3*(i/2))) where i < 7"}) {
    const Definition definition = Equations(text).bind({{"x", f32({5})}});
    EXPECT_EQ(canonical_text(Equations(to_text(definition)).bind()), canonical_text(definition))
        << to_text(definition);
  }
}

// Comparisons, conditions, indices and numbers as values: the operators of both mean the same.
TEST(Text, OperatorsAreThoseOfCpp) {
  const Index<'i'> i;
  const Index<'j'> j;
  const auto same = [](const std::string& text, auto lambda, const fovea::Types& types) {
    EXPECT_EQ(canonical_text(define("f", lambda).definition(types)),
              canonical_text(Equations(text).bind_in_order(types)))
        << text;
  };
  const TensorType x{DType::f32, {4, 4}}, n{DType::i64, {4}};
  same("Z(i, j) = select(x(i, j) > 0 && i%2 == 0, x(i, j), 0.1*x(i, j))",
       [=](Tensor<2> x) {
         return Z(i, j) = select(x(i, j) > 0 && i % 2 == 0, x(i, j), 0.1 * x(i, j));
       },
       {x});
  same("Z(i, j) = select(x(i, j) >= 6, 6, select(!(x(i, j) != 1 || j < i), 0, x(i, j)))",
       [=](Tensor<2> x) {
         return Z(i, j) = select(x(i, j) >= 6, 6, select(!(x(i, j) != 1 || j < i), 0, x(i, j)));
       },
       {x});
  same("Z(i, j) = x(-i + 3, j) * f32(i <= j) where i < 4",
       [=](Tensor<2> x) { return Z(i.range(4), j) = x(-i + 3, j) * cast(i <= j, DType::f32); },
       {x});
  same("Z(i) = sum(j where (j >= i && n(j) == i) || 3 != j)(n(j) + i - 2*n(j) + 9007199254740993) "
       "where i < 4",
       [=](Tensor<1> n) {
         return Z(i.range(4)) = sum(j).where((j >= i && n(j) == i) ||
                                             3 != j)(n(j) + i - 2 * n(j) + 9007199254740993);
       },
       {n});
}

TEST(Text, NamesOperandsAndResults) {
  const Equations text("S(r) = sum(c)(image(r, c)); Z(row) = image(row, 0) / S(row) + bias()");
  ASSERT_EQ(text.operands().size(), 2u);
  EXPECT_EQ(text.operands()[0].name, "image");
  EXPECT_EQ(text.operands()[0].rank, 2);
  EXPECT_EQ(text.operands()[1].name, "bias");
  EXPECT_EQ(text.operands()[1].rank, 0);
  EXPECT_THAT(text.results(), ElementsAre("Z"));
  EXPECT_EQ(text.name(), "Z");
  EXPECT_THAT(Equations("A(i) = x(i)\nB(i) = x(i) + 1").results(), ElementsAre("A", "B"));
  const Equations declared(
      "f(w: 3xf32, x: u8, unused: f32) -> B, A\nA(i) = f32(x(i)); B(i) = w(i)");
  EXPECT_EQ(declared.name(), "f");
  EXPECT_THAT(declared.results(), ElementsAre("B", "A"));
  ASSERT_EQ(declared.operands().size(), 3u);
  EXPECT_EQ(declared.operands()[1].dtype, DType::u8);
  EXPECT_TRUE(declared.operands()[0].typed);
  EXPECT_FALSE(declared.operands()[1].typed);
}

TEST(Text, IndexArithmetic) {
  EXPECT_THAT(of("Z(i) = x(i + 1) - x(i)", {five}), ElementsAre(-2, 3, -3, 4));
  EXPECT_THAT(of("Z(i) = x(2*i)", {five}), ElementsAre(3, 4, 5));
  EXPECT_THAT(of("Z(i) = x(4 - i)", {five}), ElementsAre(5, 1, 4, 1, 3));
  EXPECT_THAT(of("Z(i) = x(i/2)", {five}), ElementsAre(3, 3, 1, 1, 4, 4, 1, 1, 5, 5));
  EXPECT_THAT(of("Z(i) = x(i%3) where i < 7", {five}), ElementsAre(3, 1, 4, 3, 1, 4, 3));
  EXPECT_THAT(of("Z(i) = x((i - 3)/2 + 2) where i < 4", {five}), ElementsAre(3, 1, 1, 4));
  EXPECT_THAT(of("Z(i) = x((i - 3)%4) where i < 4", {five}), ElementsAre(1, 4, 1, 3));
  EXPECT_THAT(of("Z(i) = x(-(i - 2)*2 % 5) where i < 3", {five}), ElementsAre(5, 4, 3));
  EXPECT_THAT(of("Z(j, i) = x(i, j)", {table}), ElementsAre(3, 1, 1, 5, 4, 9));
}

TEST(Text, TrueConvolutionBesideCrossCorrelation) {
  const Filled w{{3}, {2, -1, 3}}, x{{7}, {1, 4, 2, 8, 5, 7, 3}};
  const Numbers correlation = {4, 30, 11, 32, 12}, convolution = {3, 26, 8, 33, 14};
  EXPECT_EQ(of("Z(i) = sum(m)(x(i + m) * w(m))", {x, w}), correlation);
  EXPECT_EQ(of("Z(i) = sum(m)(x(i + 2 - m) * w(m))", {x, w}), convolution);
  EXPECT_EQ(of("Z(i) = sum(m)(x(i + m) * w(2 - m)) where m < 3", {x, w}), convolution);
  EXPECT_EQ(of("F(m) = w(2 - m); Z(i) = sum(m)(x(i + m) * F(m))", {w, x}), convolution);
}

TEST(Text, Functions) {
  EXPECT_THAT(of("Z(i) = select(x(i) < 4, -x(i), 2*x(i))", {five}), ElementsAre(-3, -1, 8, -1, 10));
  EXPECT_THAT(of("Z(i) = max(x(i), 2) - min(x(i), 2) + abs(-1*x(i))", {five}),
              ElementsAre(4, 2, 6, 2, 8));
}

TEST(Text, IndicesAsValues) {
  EXPECT_THAT(of("Z(i) = x(i) * f64(i*2 + 1)", {five}), ElementsAre(3, 3, 20, 7, 45));
  EXPECT_THAT(of("Z(i) = select(i % 2 == 0, x(i), 0)", {five}), ElementsAre(3, 0, 4, 0, 5));
  EXPECT_THAT(of("Z(i) = select(i >= 1 && !(i > 3) || i == 4, x(i), 0)", {five}),
              ElementsAre(0, 1, 4, 1, 5));
}

TEST(Text, Constants) {
  EXPECT_THAT(of("Z(i) = x(i) * (1/2 + 2*3)", {five}), ElementsAre(19.5, 6.5, 26, 6.5, 32.5));
  EXPECT_THAT(of("Z(i) = min(x(i), inf) + 1e1 * .5", {five}), ElementsAre(8, 6, 9, 6, 10));
  const Numbers nan = of("Z(i) = x(i) * nan", {five});
  EXPECT_TRUE(std::isnan(nan[0]));
  EXPECT_EQ(Equations("Z() = 3").bind().type_of(0), (TensorType{DType::f32, {}}));
  EXPECT_EQ(Equations("Z() = i32(3)").bind().type_of(0), (TensorType{DType::i32, {}}));
}

TEST(Text, Reductions) {
  EXPECT_THAT(of("Z(i) = sum(j)(x(i, j))", {table}), ElementsAre(8, 15));
  EXPECT_THAT(of("Z(i) = product(j)(x(i, j))", {table}), ElementsAre(12, 45));
  EXPECT_THAT(of("Z(i) = max(j)(x(i, j)) - min(j)(x(i, j))", {table}), ElementsAre(3, 8));
  EXPECT_THAT(of("Z(j) = mean(i)(x(i, j))", {table}), ElementsAre(2, 3, 6.5));
  EXPECT_THAT(of("Z() = sum(i)(max(j)(x(i, j)) * min(j)(x(i, j)))", {table}), ElementsAre(13));
  EXPECT_THAT(of("Z(i) = sum(m)(x(i + m)) where m < 2", {five}), ElementsAre(4, 5, 5, 6));
  EXPECT_THAT(of("Z(i) = f64(argmax(j)(x(i, j)))", {table}), ElementsAre(2, 2));
  EXPECT_THAT(of("Z(i) = f64(argmin(j)(x(i, j))) + 0.5", {table}), ElementsAre(1.5, 0.5));
  EXPECT_THAT(of("Z() = f64(argmax(i)(x(i)) - argmin(i)(x(i)))", {five}), ElementsAre(3));
  EXPECT_THAT(of("Z(i) = select(any(j)(x(i, j) > 4), 1, 0) * x(i, 0)", {table}), ElementsAre(0, 1));
  EXPECT_THAT(
      of("Z(i) = select(all(j)(x(i, j) >= 1) && !all(j)(x(i, j) > 1), 1, 2) + 0*x(i, 0)", {table}),
      ElementsAre(1, 1));
  EXPECT_EQ(
      Equations("Z(i) = any(j)(x(i, j) < 0)").bind({{"x", f32({2, 3})}}).equations.back().type,
      DType::boolean);
  EXPECT_EQ(Equations("Z() = sum<f64>(i)(x(i))").bind({{"x", f32({9})}}).equations[0].accumulator,
            DType::f64);
}

TEST(Text, ArgmaxIsThePlaceOfTheFirst) {
  const double nan = std::nan("");
  EXPECT_THAT(of("Z() = f64(argmax(i)(x(i)))", {{{4}, {1, 7, 7, 0}}}), ElementsAre(1));
  EXPECT_THAT(of("Z() = f64(argmax(i)(x(i)))", {{{4}, {1, 7, nan, nan}}}), ElementsAre(2));
  // Nested: the row whose largest element stands furthest to the left.
  EXPECT_THAT(of("Z() = f64(argmin(i)(argmax(j)(x(i, j))))", {{{2, 3}, {1, 2, 3, 9, 2, 3}}}),
              ElementsAre(1));
}

// A reduction's index hides that of the same name around it.
TEST(Text, IndicesMayBeHidden) {
  EXPECT_THAT(of("Z(j) = x(0, j) / sum(j)(x(0, j))", {{{1, 2}, {1, 3}}}), ElementsAre(.25, .75));
  EXPECT_THAT(of("Z(i) = sum(i, j)(x(i, j)) where i < 2", {table}), ElementsAre(23, 23));
  EXPECT_THAT(of("Z() = sum(i)(x(i) * sum(i)(x(i)))", {five}), ElementsAre(14 * 14));
}

TEST(Text, Systems) {
  const Numbers soft = of(R"(
      # softmax, one row at a time
      M(i) = max(j)(x(i, j))
      E(i, j) = exp(x(i, j) - M(i))
      Z(i, j) = E(i, j) /
                sum(k)(E(i, k))
    )",
                          {table});
  EXPECT_NEAR(soft[0] + soft[1] + soft[2], 1, 1e-15);
  EXPECT_NEAR(soft[4], std::exp(-4) / (std::exp(-8) + std::exp(-4) + 1), 1e-15);
}

TEST(Text, BoundaryRules) {
  const Filled x{{7}, {1, 4, 2, 8, 5, 7, 3}}, w{{3}, {2, -1, 3}};
  const auto run = [&](const std::string& place) {
    return of("Z(i) = sum(m)(x(" + place + ") * w(m)) where i < 7", {x, w});
  };
  EXPECT_THAT(run("zero(i + m - 1)"), ElementsAre(11, 4, 30, 11, 32, 12, 11));
  EXPECT_THAT(run("wrap(i + m - 1)"), ElementsAre(17, 4, 30, 11, 32, 12, 14));
  EXPECT_THAT(run("reflect(i + m - 1)"), ElementsAre(19, 4, 30, 11, 32, 12, 32));
  EXPECT_THAT(run("clamp(i + m - 1)"), ElementsAre(13, 4, 30, 11, 32, 12, 20));
  EXPECT_THAT(run("constant(i + m - 1, 1)"), ElementsAre(13, 4, 30, 11, 32, 12, 14));
}

TEST(Text, ReadsAtComputedPlaces) {
  const Equations gather("Z(j, k) = V(P(j), k)");
  const Definition definition = gather.bind({{"V", f32({3, 2})}, {"P", {DType::i64, {4}}}});
  EXPECT_TRUE(has_gather(definition));
  EXPECT_EQ(definition.equations[0].shape(), (Shape{4, 2}));
  // Bilinear: between the neighbours of a place that is computed.
  const Numbers between = of(R"(
      L(i) = floor(p(i))
      Z(i) = x(zero(i64(L(i)))) * (1 - (p(i) - L(i))) + x(zero(i64(L(i)) + 1)) * (p(i) - L(i))
    )",
                             {{{4}, {0.5, 3.25, -0.5, 4}}, five});
  EXPECT_THAT(between, ElementsAre(2, 2, 1.5, 5));
}

TEST(Text, Ranges) {
  const Types w3{{"x", f32({9})}, {"w", f32({3})}};
  EXPECT_EQ(shape_of("Z(i) = sum(m)(x(2*i + m) * w(m))", w3), (Shape{4}));
  EXPECT_EQ(shape_of("Z(i) = sum(m)(x(2*i + m) * w((i + m)%3)) where m < 2", w3), (Shape{4}));
  EXPECT_EQ(shape_of("Z(i) = x(8 - 3*i)", {{"x", f32({9})}}), (Shape{3}));
  EXPECT_EQ(shape_of("Z(i, j) = x(i + j) + w(2*i)", w3), (Shape{2, 8}));
  EXPECT_EQ(shape_of("Z(i) = x(i) + w(i)", w3), (Shape{3}));
  EXPECT_EQ(shape_of("Z(i) = x(i + 1) - x(i)", {{"x", f32({9})}}), (Shape{8}));
  EXPECT_EQ(shape_of("Z(i, j) = x(i/2 + 3*(j%2)) where j < 9", {{"x", f32({9})}}), (Shape{12, 9}));
}

TEST(Text, RangesFromOutside) {
  const Equations text("Z(i) = sum(m)(x(i + m))");
  EXPECT_EQ(text.bind({{"x", f32({9})}}, {{"m", 3}}).equations[0].shape(), (Shape{7}));
  const ErrorParts error = error_of([&] { text.bind({{"x", f32({9})}}, {{"m", 3}, {"k", 2}}); });
  EXPECT_EQ(error.what, "equation 'Z': 'k' has a range, but is no index");
}

TEST(Text, StandsAmongLayers) {
  const UserEquation pairs = define(Equations("Z(i) = sum(m)(x(i + m) * w(m))"));
  Network net("mixed");
  const Tensor<> y = pairs(net.input("x", {4, 9}), net.input("w", {3})) | dense(2);
  EXPECT_EQ(y.shape(), (Shape{4, 2}));
}

} // namespace
} // namespace fovea
