// What is printed is read back as the same definition: of every op, and of equations as written.
#include "op_fuzz.hpp"
#include "support/definition_builder.hpp"

#include <fovea/equation/text.hpp>
#include <fovea/error.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <map>

namespace fovea {
namespace {

void expect_same(const Definition& definition) {
  const std::string text = to_text(definition);
  SCOPED_TRACE(text);
  try {
    const Definition back = Equations(text).bind();
    EXPECT_EQ(canonical_text(back), canonical_text(definition));
    EXPECT_EQ(to_text(back), text);
  } catch (const Error& error) {
    ADD_FAILURE() << error.what();
  }
}

TEST(TextRoundTrip, EveryOp) {
  testing::for_accepted_ops(20240601, 20,
                            [](const auto& op, const Types& operands, const TensorType&) {
                              expect_same(op.definition(operands));
                            });
}

TEST(TextRoundTrip, DefinitionsOfEveryForm) {
  using namespace testing;
  const IndexExpr i = ix(0), j = ix(1);
  const auto square = [](Expr body) {
    return define("f", {{"x", {DType::f32, {4, 4}}}}, {equation("y", {{"i", 4}, {"j", 4}}, body)});
  };
  const Expr x = read(0, {at(i), at(j)});
  const std::vector<Expr> bodies = {
      number(0.1f) * x,
      x / number(1.0 / 3),
      number(-INFINITY) + x,
      number(std::nan("")) * x,
      number(-0.0) + x,
      apply(ScalarOp::neg, {number(2)}),
      number(0.1) * number(0.7),
      x - (x - x),
      (x - x) - x,
      x / (x / x),
      apply(ScalarOp::neg, {apply(ScalarOp::neg, {x})}),
      apply(ScalarOp::neg, {x * x}) * number(-3),
      apply(ScalarOp::select,
            {apply(ScalarOp::less, {number(2), number(3)}), number(1), number(4)}),
      apply(ScalarOp::select,
            {apply(ScalarOp::equal, {index_value(i + j), number(3, DType::i64)}), x, number(0)}),
      cast(DType::f32, index_value(i) + index_value(j)),
      cast(DType::f32, index_value(i * 2 - j) * number(INT32_MAX, DType::i64)),
      cast(DType::f32, cast(DType::u8, number(2.5))),
      read(0, {at(floor_div(i + whole(1), 2)), at(mod(j * 3 + i, 4))}),
      read(0, {at(i - whole(2), Boundary::reflect), at(whole(3) - j * 2, Boundary::wrap)}),
      read(0, {zero(i * -1 - whole(1)), at(j + whole(1), Boundary::fill, x)}),
  };
  for (const Expr& body : bodies)
    expect_same(square(body));
  Definition results = square(x);
  results.equations.push_back(results.equations[0]);
  results.results = {1, 0};
  expect_same(results);
  results.results = {1};
  expect_same(results);
  expect_same(softmax(10));
  for (const DType type : {DType::f16, DType::u8}) {
    Definition sums = correlation(7, 3, 5, 1, 1, 0, Boundary::none, type);
    expect_same(sums);
    sums.equations[0].accumulator = DType::f64;
    expect_same(sums);
  }
  Node least = *number(static_cast<double>(INT64_MIN), DType::i64);
  least.integer = INT64_MIN;
  expect_same(square(cast(DType::f32, make(least))));
}

// Names that the language keeps, that stand twice, or that are none.
TEST(TextRoundTrip, AwkwardNames) {
  using namespace testing;
  Definition definition =
      define("layer1.0 (conv)", {{"sum", {DType::f32, {4}}}, {"a-b", {DType::f32, {}}}, {"", {}}},
             {equation("max", {{"where", 4}}, read(0, {at(ix(0))}) + read(1, {})),
              equation("max", {{"sum", 2}, {"sum", 2}}, read(3, {at(ix(0) + ix(1))}))});
  expect_same(definition);
  // An index that is called like a scalar that is read beside it.
  expect_same(
      define("f", {{"i", {DType::f32, {}}}},
             {equation("y", {{"i", 3}}, read(0, {}) + cast(DType::f32, index_value(ix(0))))}));
}

const char* const written[] = {
    "Z(i) = sum(m)(x(i + m) * w(2 - m)) where m < 3",
    "Z(i, j) = b(i) + mean(k)(x(i, k) * x(k, j))",
    "S(row) = argmax(column)(image(row, column)); Z(row) = w(S(row))",
    "Z(i) = any(j)(x(i, j) < 0) || all(j)(x(i, j) > 1)",
    "Z(j) = x(j) / sum(j)(x(j))",
    "Z(i) = sum<f64>(m)(max(k)(x(i, k + m))) where k < 2, m < 2",
    "f(x: f64, s: i32, P: i64) -> Z, A\nA(i) = x(i) * f64(s)\nZ(i) = x(zero(P(i)))",
    "Z(i) = select(i % 2 == 0, x(constant(i - 3, 1.5)), min(x(i), 2)) where i < 4",
};

// Of equations that are not bound: the same text again, and the same meaning.
TEST(TextRoundTrip, EquationsAsWritten) {
  for (const char* const text : written) {
    SCOPED_TRACE(text);
    const Equations equations(text);
    const std::string printed = equations.to_text();
    SCOPED_TRACE(printed);
    const Equations back(printed);
    EXPECT_EQ(back.to_text(), printed);
    std::map<std::string, TensorType> types;
    for (const Equations::Read& operand : equations.operands())
      types[operand.name] = {operand.dtype, Shape::filled(operand.rank, 4)};
    EXPECT_EQ(canonical_text(back.bind(types)), canonical_text(equations.bind(types)));
  }
}

} // namespace
} // namespace fovea
