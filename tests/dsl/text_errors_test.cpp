// Each rule of the language broken once: the message, and the caret under the place.
#include "expect_error.hpp"

#include <fovea/dsl.hpp>
#include <fovea/equation/text.hpp>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

namespace fovea {
namespace {

using namespace testing;
using ::testing::HasSubstr;

struct Case {
  const char* text;
  const char* mark; // a caret under the place, as the text's last line has it
  const char* what;
};

TensorType type_of(const Equations::Read& operand) {
  return {operand.dtype, Shape::filled(operand.rank, 4)};
}

// Parsed, and bound to operands of extent 4.
Definition bound(const std::string& text) {
  const Equations equations(text);
  std::map<std::string, TensorType> types;
  for (const Equations::Read& operand : equations.operands())
    if (!operand.typed)
      types[operand.name] = type_of(operand);
  return equations.bind(types);
}

void expect_refused(const Case& test) {
  SCOPED_TRACE(test.text);
  const ErrorParts error = error_of([&] { bound(test.text); });
  EXPECT_THAT(error.what, HasSubstr(test.what));
  const std::string line = std::string(test.text).substr(std::string(test.text).rfind('\n') + 1);
  EXPECT_EQ(error.trail, line + "\n  " + test.mark);
  EXPECT_EQ(error.where.column, std::string(test.mark).size());
}

TEST(TextErrors, Names) {
  for (const Case& test : std::vector<Case>{
           {"Z(i) = x(i, j)", "            ^", "the index 'j' is bound nowhere"},
           {"Z(i) = x(i) * y", "              ^", "the name 'y' is unknown"},
           {"f(x: f32)\nZ(i) = x(i) * w(i)", "              ^", "the name 'w' is unknown"},
           {"Z(i) = x(i) + Z(i)", "              ^", "a recursive definition: 'Z' reads itself"},
           {"A(i) = B(i); B(i) = A(i)", "       ^", "'B' is read before its equation"},
           {"A(i) = x(i); A(i) = y(i)", "             ^", "'A' is defined twice"},
           {"x(i) = y(i); f(i) = x(i, 0)", "                    ^",
            "'x' is read with 2 subscripts"},
           {"Z(i) = x(i) + x(i, i)", "              ^", "'x' is read with 2 subscripts"},
           {"f(x: 4x4xf32)\nZ(i) = x(i)", "       ^", "'x' is read with 1 subscripts"},
           {"f(x: f32, x: f32); Z() = x", "          ^", "'x' is an operand twice"},
           {"Z(i, i) = x(i)", "     ^", "'i' is bound twice"},
           {"max(i) = x(i)", "^", "a reduction stands on the left side"},
           {"exp(i) = x(i)", "^", "`exp` is a word of the language"},
           {"Z(i) = sum(m)(x(i))", "           ^", "'m' does not occur in what is reduced"},
           {"Z(i) = x(i) where j < 3", "                  ^", "'j' has a range, but is no index"},
       })
    expect_refused(test);
  EXPECT_EQ(error_of([] { Equations("f(x: f32) -> Y\nZ(i) = x(i)"); }).what,
            "'Y' is no equation's result");
}

TEST(TextErrors, Syntax) {
  for (const Case& test : std::vector<Case>{
           {"Z(i) = sum(m)(x(i + m) * w(m)", "             ^",
            "unbalanced brackets: this one is never closed"},
           {"Z(i) = x(i))", "           ^", "unbalanced brackets: this one was never opened"},
           {"Z(sum(i)) = x(i)", "  ^", "a reduction stands on the left side"},
           {"Z(i + 1) = x(i)", "    ^", "the left side has plain indices only"},
           {"Z(i) == x(i)", "     ^", "`==` does not belong here"},
           {"Z(i) = x(i) x(i)", "            ^", "`x` does not belong here"},
           {"Z(i) = x(i) +", "             ^", "the equation ends here"},
           {"Z(i) = sum(m) * x(i + m)", "              ^", "`*` does not belong here"},
           {"Z(i) = sum(m + 1)(x(m))", "             ^", "a reduction runs over plain indices"},
           {"Z(i) = argmax(j, k)(x(i, j, k))", "       ^", "`argmax` runs over one index"},
           {"Z(i) = x[i]", "        ^", "a character that no equation has"},
           {"Z(i) = x(i)**2", "            ^", "`*` does not belong here"},
           {"Z(i) = 0 < x(i) < 1", "                ^", "comparisons do not chain"},
           {"Z(i) = x(i) == y(i) != 0", "                    ^", "comparisons do not chain"},
           {"Z(i) = relu(x(i))", "       ^", "there is no function `relu`"},
           {"Z(i) = float(p(i)) + 1", "       ^", "there is no function `float`"},
           {"Z(i) = exp(x(i), 2)", "       ^", "`exp` with 2 arguments"},
           {"Z(i) = zero(x(i))", "       ^", "the boundary rule `zero` stands around no subscript"},
           {"Z(i) = exp", "       ^", "`exp` is a function"},
           {"Z(i) = x(i) where i < 99999999999999999999", "                      ^",
            "an integer beyond 64 bits"},
           {"Z(i) = x(i) * 1e999", "              ^",
            "a number beyond the range of a 64-bit float"},
           {"", "^", "there is no equation"},
       })
    expect_refused(test);
  EXPECT_EQ(error_of([] { Equations("f(x: f31)\nZ(i) = x(i)"); }).what, "`f31` is no type");
}

TEST(TextErrors, Indices) {
  for (const Case& test : std::vector<Case>{
           {"Z(i, j) = x(i/j)", "              ^", "the divisor of an index is not a constant > 0"},
           {"Z(i) = x(i%0)", "           ^", "the divisor of an index is not a constant > 0"},
           {"Z(i, j) = x(i*j)", "             ^", "a product of indices is no subscript"},
           {"Z(i) = x(i + 0.5)", "             ^", "an index is an integer"},
           {"Z(i) = x(y(i))", "         ^", "'x' is read at a place that is no integer"},
           {"Z(i) = x(4000000000000000000*i + 4000000000000000000*i)",
            "                               ^", "the index overflows 64 bits"},
       })
    expect_refused(test);
}

TEST(TextErrors, Types) {
  for (const Case& test : std::vector<Case>{
           {"f(x: i32, y: f32)\nZ(i) = x(i) * y(i)", "              ^",
            "the operands of `mul` have different element types"},
           {"f(x: i32)\nZ(i) = x(i) * 2.5", "              ^", "2.5 is no i32"},
           {"f(x: i32)\nZ(i) = x(i) + 2147483648", "              ^", "int32 overflow"},
           {"f(x: u8)\nZ(i) = max(x(i), -1)", "                 ^", "u8 overflow"},
           {"f(x: i32)\nZ(i) = exp(x(i))", "       ^", "`exp` is of floats"},
           {"Z(i) = any(j)(x(i, j))", "              ^", "`any` is of conditions"},
           {"Z(i) = select(x(i), 1, 2)", "              ^",
            "the operands of `select` have different element types"},
           {"Z(i) = x(i) * i", "              ^",
            "the operands of `mul` have different element types"},
       })
    expect_refused(test);
}

TEST(TextErrors, Ranges) {
  for (const Case& test : std::vector<Case>{
           {"Z(i) = x(i + 2) where i < 3", "         ^",
            "equation 'Z': a read of 'x' escapes its dimension 0 at i + 2"},
           {"A(i) = x(i)\nZ(i) = A(i - 1)", "         ^",
            "a read of 'A' escapes its dimension 0 at i - 1"},
           {"Z(i) = x(zero(i - 1))", "  ^", "the range of index i is unknown"},
           {"Z(i) = x(i%2)", "  ^", "the range of index i is unknown"},
           {"Z(i, j) = x(i + j)", "  ^", "the range of index i is unknown"},
           {"Z(i) = sum(m)(x(i + m))", "       ^", "the range of the reduction index m is unknown"},
           {"f(x: 3xf32, y: 4xf32)\nZ() = sum(i)(x(i) * y(i))", "                      ^",
            "index i has two ranges"},
           {"Z(i) = x(i) where i < 2, i < 3", "                         ^", "'i' has two ranges"},
           {"Z(i) = x(i) where i < 0", "  ^", "index i has an empty range"},
           {"Z(i, j) = x(zero(i + j)) where i < 4611686018427387904, j < 4611686018427387904", "^",
            "'Z': the result is too large"},
       })
    expect_refused(test);
  const ErrorParts error = error_of([] { bound("A(i) = x(i)\nZ(i) = A(i - 1) where i < 3"); });
  EXPECT_EQ(error.what, "equation 'Z': a read of 'A' escapes its dimension 0 at i - 1");
  EXPECT_EQ(error.expected, "0 <= i - 1 < 4");
  EXPECT_EQ(error.got, "-1 .. 1");
  EXPECT_EQ(error.hint, "shorten the range of i, or give a boundary rule: zero(i - 1), "
                        "constant(i - 1, c), clamp(i - 1), reflect(i - 1), wrap(i - 1)");
  EXPECT_EQ(error.where.line, 2u);
  EXPECT_EQ(error.where.column, 10u);
}

TEST(TextErrors, OperandsThatDoNotFit) {
  const Equations pairs("Z(i) = sum(m)(x(i + m) * w(m))");
  const TensorType vector{DType::f32, {4}}, matrix{DType::f32, {4, 4}};
  EXPECT_EQ(error_of([&] { pairs.bind({{"x", vector}}); }).what, "operand 'w' has no shape");
  EXPECT_EQ(error_of([&] {
              pairs.bind({{"x", vector}, {"w", matrix}});
            }).what,
            "operand 'w' has the wrong rank");
  EXPECT_EQ(error_of([&] {
              pairs.bind({{"x", vector}, {"w", vector}, {"b", vector}});
            }).what,
            "Z: 'b' has a type, but is no operand");
  EXPECT_EQ(error_of([&] {
              Equations("f(x: u8)\nZ(i) = x(i)").bind({{"x", vector}});
            }).expected,
            "u8");
  EXPECT_EQ(error_of([&] {
              pairs.bind({{"x", {DType::f32, {3}}}, {"w", vector}});
            }).what,
            "equation 'Z': index i has an empty range");
}

// A column counts characters, not bytes; the text's name and line stand in front.
TEST(TextErrors, TheWholeMessage) {
  const ErrorParts error = error_of([] { Equations("# a\nZ(i) = x(i) \xC3\xA4 1", "blur.txt"); });
  EXPECT_EQ(error.where.column, 13u);
  try {
    Equations("# größer\nZ(i) = x(j) # größer", "blur.txt");
    FAIL();
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(),
                 "blur.txt:2:10: error: the index 'j' is bound nowhere\n"
                 "  expected: an index of the left side, or of a reduction around it\n"
                 "  Z(i) = x(j) # größer\n"
                 "           ^");
  }
}

// ---- whatever the text, there is a result or an Error ----

TEST(TextErrors, SystemsMayBeLong) {
  std::string text = "A0(i) = x(i)\n";
  constexpr int count = 100'000;
  for (int k = 1; k < count; ++k)
    text += fmt::format("A{}(i) = A{}(i)\n", k, k - 1);
  const Equations equations(text);
  EXPECT_EQ(equations.results(), std::vector<std::string>{fmt::format("A{}", count - 1)});
  EXPECT_EQ(equations.bind({{"x", {DType::f32, {4}}}}).equations.size(), size_t{count});
  EXPECT_EQ(Equations(equations.to_text()).results(), equations.results());
  EXPECT_EQ(error_of([&] { Equations(text + "Z(i) = q"); }).where.line, count + 1u);
}

void expect_total(const std::string& text) {
  try {
    const Definition definition = bound(text);
    (void)to_latex(definition);
    (void)to_html(definition);
    const std::string printed = to_text(definition);
    EXPECT_EQ(canonical_text(Equations(printed).bind()), canonical_text(definition)) << printed;
  } catch (const Error& error) {
    EXPECT_FALSE(error.parts().what.empty());
  }
}

TEST(TextErrors, MutationsOfValidTextsAreRefusedOrMeanSomething) {
  static const char* const seeds[] = {
      "Z(i, j, k) = sum(l, m, n)(V(l, j*2 + m, k*2 + n) * K(i, l, m, n))",
      "Z(i) = sum(m)(x(zero(i + m - 1)) * w(2 - m)) where i < 4, m < 3",
      "f(x: 4xu8, P: 4xi64) -> Z, A\nA(i) = x(P(i)); Z(i) = select(A(i) < 3, 1, 2) + A(i/2)",
      "M(i) = max(j)(x(i, j)); E(i, j) = exp(x(i, j) - M(i)); Z(i, j) = E(i, j) / sum(k)(E(i, k))",
      "Z(i) = argmax(j)(x(i, j)) + value(i % 3) # places",
      "Z(i) = mean(m)(x(constant(2*i - m, -inf), reflect(m))) * f32(!any(k)(y(k) == 0)) where m < "
      "2, i < 3"};
  static const char* const pieces[] = {"(",   ")",    ",",     ";",   "\n",   "=",      "+", "-",
                                       "*",   "/",    "%",     "<",   "i",    "j",      "m", "x",
                                       "sum", "(i)",  "where", "1e9", "0",    "zero(",  ":", "->",
                                       "max", "f64(", "!",     "&&",  "\xFF", "value(", "9", "#"};
  const uint64_t seed = 20240602;
  SCOPED_TRACE(seed);
  std::mt19937_64 random(seed);
  for (int round = 0; round < 20'000; ++round) {
    std::string text = seeds[random() % std::size(seeds)];
    for (uint64_t changes = 1 + random() % 3; changes > 0; --changes) {
      const size_t at = random() % (text.size() + 1);
      const size_t length = std::min<size_t>(random() % 4, text.size() - at);
      text.replace(at, random() % 2 ? length : 0,
                   random() % 4 ? pieces[random() % std::size(pieces)] : "");
    }
    SCOPED_TRACE(text);
    expect_total(text);
    if (::testing::Test::HasFailure())
      return;
  }
}

std::string repeated(const std::string& piece, int count) {
  std::string text;
  for (int k = 0; k < count; ++k)
    text += piece;
  return text;
}

TEST(TextErrors, DepthIsBounded) {
  constexpr int many = 100'000;
  const auto refused = [](const std::string& text) { return error_of([&] { bound(text); }).what; };
  EXPECT_THAT(refused("Z(i) = " + repeated("(", many) + "x(i)" + repeated(")", many)),
              HasSubstr("nested too deeply"));
  EXPECT_THAT(refused("Z(i) = " + repeated("-", many) + "x(i)"), HasSubstr("nested too deeply"));
  EXPECT_THAT(refused("Z(i) = x(i)" + repeated(" + x(i)", many)), HasSubstr("too large"));
  EXPECT_THAT(refused("Z(i) = " + repeated("(", many)), HasSubstr("unbalanced"));
  EXPECT_THAT(refused("Z(i) = " + repeated("x(", many) + "i" + repeated(")", many)),
              HasSubstr("nested too deeply"));
  EXPECT_THAT(
      refused("Z(i) = " + repeated("argmax(k)(x(i, k) + ", 30) + "x(i, 0)" + repeated(")", 30)),
      HasSubstr("too large"));
  EXPECT_THAT(refused("Z(" + repeated("i, ", many) + "i) = x(i)"), HasSubstr("dimensions"));
  // Up to the bound all is well.
  bound("Z(i) = " + repeated("(", 100) + "x(i)" + repeated(")", 100));
  bound("Z(i) = x(i)" + repeated(" + x(i)", 300));
}

} // namespace
} // namespace fovea
