// What is shown of definitions: loops, the reasons of ranges, matrices.
#include <fovea/definition/explain.hpp>
#include <fovea/definition/interpreter.hpp>
#include <fovea/equation/text.hpp>

#include <gmock/gmock.h>

#include <cstdlib>
#include <random>

namespace fovea {
namespace {

using ::testing::ElementsAre;

Definition bound(const std::string& text, const std::map<std::string, int64_t>& ranges = {}) {
  return Equations(text).bind({}, ranges);
}

TEST(LoopNest, OpensReductions) {
  EXPECT_EQ(loop_nest(bound("f(x: 8xf32, w: 3xf32)\nZ(i) = sum(m)(x(i + m) * w(m))")),
            "for i < 6\n"
            "  Z(i) = 0\n"
            "  for m < 3\n"
            "    Z(i) += x(i + m) * w(m)\n");
}

TEST(LoopNest, GoesThroughSystems) {
  EXPECT_EQ(loop_nest(bound("f(x: 2x4xf32)\nM(i) = max(j)(x(i, j))\nS() = product(i)(M(i))\n"
                            "Z(i, j) = x(i, j) / S()")),
            "for i < 2\n"
            "  M(i) = -inf\n"
            "  for j < 4\n"
            "    M(i) = max(M(i), x(i, j))\n"
            "S = 1\n"
            "for i < 2\n"
            "  S *= M(i)\n"
            "for i < 2\n"
            "  for j < 4\n"
            "    Z(i, j) = x(i, j) / S\n");
}

std::vector<std::string> reasons(const Definition& definition) {
  std::vector<std::string> words;
  for (const Equation& equation : definition.equations)
    for (const ExplainedIndex& index : indices_of(definition, equation))
      words.push_back(index.name + (index.reduced ? "* " : " ") + std::to_string(index.extent) +
                      ": " + index.reason);
  return words;
}

TEST(ExplainedIndices, SayWhatLimitsThem) {
  EXPECT_THAT(reasons(bound("f(x: 9xf32, w: 3xf32)\nZ(i) = sum(m)(x(2*i + m) * w(m))")),
              ElementsAre("i 4: as far as x(2*i + m) stays inside", "m* 3: dimension 0 of w"));
  EXPECT_THAT(reasons(bound("f(x: 5x9xf32)\nZ(c, i) = x(c, zero(i - 1))", {{"i", 11}})),
              ElementsAre("c 5: dimension 0 of x", "i 11: stated"));
  EXPECT_THAT(reasons(bound("f(x: 9xf32)\nZ(i) = x(7 - i)")),
              ElementsAre("i 8: as far as x(7 - i) stays inside"));
}

std::vector<std::string> entries(const std::string& text, int operand = 0) {
  const std::optional<LinearMap> map = linear_map(bound(text), operand, 0, 1000);
  return map ? map->matrix : std::vector<std::string>{"none"};
}

// Goodfellow, Bengio, Courville, Deep Learning, section 9.1.
TEST(LinearMap, AConvolutionIsAToeplitzMatrix) {
  const Definition blur = bound("f(x: 4xf32, w: 2xf32)\nZ(i) = sum(m)(x(i + m) * w(m))");
  const std::optional<LinearMap> map = linear_map(blur, 0, 0, 12);
  ASSERT_TRUE(map);
  EXPECT_EQ(map->rows, 3);
  EXPECT_EQ(map->columns, 4);
  EXPECT_THAT(map->matrix, ElementsAre("w(0)", "w(1)", "", "",   //
                                       "", "w(0)", "w(1)", "",   //
                                       "", "", "w(0)", "w(1)")); //
  EXPECT_THAT(map->offset, ElementsAre("", "", ""));
  EXPECT_TRUE(map->is_toeplitz());
  EXPECT_FALSE(linear_map(blur, 0, 0, 11)) << "more entries than asked for";
  EXPECT_THAT(entries("f(x: 4xf32, w: 2xf32)\nZ(i) = sum(m)(x(i + m) * w(m))", 1),
              ElementsAre("x(0)", "x(1)", "x(1)", "x(2)", "x(2)", "x(3)"));
}

TEST(LinearMap, PeriodicBordersMakeItCirculant) {
  EXPECT_THAT(entries("f(x: 3xf32, w: 2xf32)\nZ(i) = sum(m)(x(wrap(i + m)) * w(m)) where i < 3"),
              ElementsAre("w(0)", "w(1)", "", "", "w(0)", "w(1)", "w(1)", "", "w(0)"));
  EXPECT_THAT(entries("f(x: 2xf32)\nZ(i) = x(reflect(i - 1)) + x(clamp(i - 1)) where i < 3"),
              ElementsAre("1", "1", "2", "", "", "2"));
}

TEST(LinearMap, ExpandsWhatMultipliesTheOperand) {
  EXPECT_THAT(entries("f(x: 1xf32, a: f32, b: f32)\nZ(i) = (a + b)*x(i)*(a - b)"),
              ElementsAre("a*a - b*b"));
  EXPECT_THAT(entries("f(x: 2xf32, w: 2xf32)\nZ(i) = mean(j)(exp(w(j)) * x(i)) / w(0)"),
              ElementsAre("0.5*1/w(0)*exp(w(0)) + 0.5*1/w(0)*exp(w(1))", "", "",
                          "0.5*1/w(0)*exp(w(0)) + 0.5*1/w(0)*exp(w(1))"));
  EXPECT_THAT(entries("f(x: 2xf32)\nZ(i) = select(i == 0, x(i), -x(1 - i)) where i < 2"),
              ElementsAre("1", "", "-1", ""));
  const std::optional<LinearMap> affine =
      linear_map(bound("f(x: 2xf32, b: 2xf32)\nZ(i) = x(i) + b(i) + 3"), 0, 0, 9);
  ASSERT_TRUE(affine);
  EXPECT_THAT(affine->offset, ElementsAre("3 + b(0)", "3 + b(1)"));
}

TEST(LinearMap, RefusesWhatIsNotAffine) {
  for (const char* text :
       {"f(x: 4xf32)\nZ(i) = x(i)*x(i)", "f(x: 4xf32)\nZ(i) = exp(x(i))",
        "f(x: 4xf32)\nZ() = max(i)(x(i))", "f(x: 4xf32, w: f32)\nZ(i) = w / x(i)",
        "f(x: 4xf32, p: 3xi32)\nZ(i) = x(p(i))", "f(x: 4xf32)\nZ(i) = select(x(i) < 0, 0, x(i))",
        "f(x: 4xi32)\nZ(i) = x(i)", "f(x: 4xf32, y: 4xf32)\nZ(i) = y(i)"})
    EXPECT_THAT(entries(text), ElementsAre("none")) << text;
}

// Where all coefficients are numbers: the matrix times the operand is what the interpreter says.
TEST(LinearMap, AgreesWithTheInterpreter) {
  for (const char* text :
       {"f(x: 3x4xf32)\nZ(j, i) = sum(m, n)(x(reflect(i + m - 1), zero(2*j - n)) * f32(3*m - n)) + "
        "2.5*f32(i) where i < 3, j < 4, m < 3, n < 2",
        "f(x: 12xf32)\nA(i) = x(i) - x(11 - i)\nB(i, j) = A(4*(i % 3) + j/2) * 0.5 where i < 5, j "
        "< 8\n"
        "Z(i) = mean(j)(B(i, j))",
        "f(x: 6xf32)\nZ(i) = sum(j)(select(j <= i, x(j), 0.25)) where i < 6, j < 6"}) {
    SCOPED_TRACE(text);
    const Definition definition = bound(text);
    const std::optional<LinearMap> map = linear_map(definition, 0, 0, 1000);
    ASSERT_TRUE(map);
    std::mt19937 random(7);
    std::vector<float> x(static_cast<size_t>(map->columns));
    for (float& value : x)
      value = static_cast<float>(static_cast<int>(random() % 33) - 16);
    Interpreter interpreter(definition, reader_of(definition, {x.data()}));
    const std::vector<Value> expected = interpreter.all(0);
    const auto value = [](const std::string& entry) { return std::strtod(entry.c_str(), nullptr); };
    for (int64_t row = 0; row < map->rows; ++row) {
      double sum = value(map->offset[static_cast<size_t>(row)]);
      for (int64_t column = 0; column < map->columns; ++column)
        sum += value(map->at(row, column)) * static_cast<double>(x[static_cast<size_t>(column)]);
      EXPECT_NEAR(sum, expected[static_cast<size_t>(row)].real, 1e-9) << "row " << row;
    }
  }
}

} // namespace
} // namespace fovea
