// What is said of a user's op beside its equation: attributes, a doc, a schedule.
#include "expect_error.hpp"
#include "support/indices.hpp"

#include <fovea/dsl.hpp>
#include <fovea/equation/text.hpp>
#include <fovea/graph/drawing.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace fovea {
namespace {

using namespace testing;
using ::testing::HasSubstr;
using ::testing::Not;

const auto unshared = define("unshared", [](Tensor<3> V, Weight<6> K) {
  return Z(i, j, k) = sum(l, m, n)(V(l, j + m, k + n) * K(i, l, m, n, j, k));
});

UserEquation tiled(int64_t period) {
  return define("tiled", [=](Tensor<1> x,
                             Weight<2> w) { return Z(i) = sum(m)(x(i + m) * w(m, i % period)); })
      .attribute("period", period)
      .doc("Kernels take turns.");
}

std::string shown(const UserEquation& layer, const Shape& input) {
  Network net("n");
  layer(net.input("x", input));
  return summary(net).rows[0].attributes;
}

TEST(EquationOp, ShowsOptionsAsAttributes) {
  EXPECT_EQ(shown(unshared({.filters = 8, .kernel = {3, 2}}), {3, 8, 8}),
            "name=unshared filters=8 kernel=3x2");
  EXPECT_EQ(shown(unshared({.kernel = 3, .extents = {{"i", 4}}}), {3, 8, 8}),
            "name=unshared extents.i=4 kernel=3");
  const auto table = define(
      "table", [](Tensor<1> p, Weight<2> w) { return Z(i, j) = w(cast(p(i), DType::i64), j); },
      {"p", "w"});
  EXPECT_EQ(shown(table({.weights = {{"w", {100, 8}}}}), {5}), "name=table weights.w=100x8");
  const auto same = define("same", [](Tensor<1> x) { return Z(i) = x(i); });
  EXPECT_EQ(shown(same, {5}), "name=same");
  Network net("n");
  net.output("y", net.input("x", {3, 8, 8}) | unshared({.filters = 8, .kernel = {3, 2}}));
  EXPECT_THAT(to_dot(net), HasSubstr("filters&#160;8&#160;· kernel&#160;3×2"));
}

TEST(EquationOp, SystemsGiveAllTheirResults) {
  const auto moments = define("moments", [](Tensor<2> x) {
    const auto A = Result("A")(i) = mean(j)(x(i, j));
    return Statements{A, Result("B")(i, j) = x(i, j) - let(A)(i)};
  });
  const auto text =
      define(Equations("f(x: f32) -> A, B; A(i) = mean(j)(x(i, j)); B(i, j) = x(i, j) - A(i)"));
  for (const UserEquation& op : {moments, text}) {
    Network net("n");
    const Tensor<> x = net.input("x", {2, 3, 5});
    const std::vector<Tensor<>> results = op.results(x);
    ASSERT_EQ(results.size(), 2u);
    EXPECT_EQ(results[0].shape(), (Shape{2, 3}));
    EXPECT_EQ(results[1].shape(), (Shape{2, 3, 5}));
    const ErrorParts error = error_of([&] { op(x); });
    EXPECT_THAT(error.what, HasSubstr("has several results"));
    EXPECT_THAT(error.hint, HasSubstr(".results("));
    EXPECT_THAT(error_of([&] { x | op | relu; }).what, HasSubstr("has several results"));
  }
}

TEST(EquationOp, ShowsItsAuthorsAttributesAmongThem) {
  EXPECT_EQ(shown(tiled(2)({.kernel = 3}), {9}), "name=tiled kernel=3 period=2");
  EXPECT_EQ(shown(tiled(4)({.kernel = 3}), {9}), "name=tiled kernel=3 period=4");
  const auto every_kind = define("every", [](Tensor<1> x) { return Z(i) = x(i); })
                              .attribute("wide", true)
                              .attribute("count", 3)
                              .attribute("half", 0.5)
                              .attribute("rule", "wrap")
                              .attribute("at", {1, 2, 3});
  EXPECT_EQ(shown(every_kind, {9}), "name=every at=1x2x3 count=3 half=0.5 rule=wrap wide=yes");
}

TEST(EquationOp, RefusesAttributesThatWouldBeMistaken) {
  for (const char* name : {"", "two words", "3d", "extents.m", "a\n"})
    EXPECT_THAT(error_of([&] { unshared.attribute(name, 1); }).what, HasSubstr("is no word"));
  for (const char* name : {"name", "filters", "kernel", "period"}) {
    const uint32_t line = SourceLocation::current().line + 1;
    const ErrorParts error = error_of([&] { tiled(2).attribute(name, 1); });
    EXPECT_THAT(error.what, HasSubstr("equation 'tiled': an attribute of this name"));
    EXPECT_EQ(error.where.line, line);
  }
  EXPECT_EQ(error_of([] {
              unshared.attribute("at", {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13});
            }).expected,
            "at most 12 numbers");
}

TEST(EquationOp, KeepsItsDocAndSchedule) {
  const UserEquation plain = tiled(2);
  const uint32_t line = SourceLocation::current().line + 1;
  const UserEquation scheduled = plain.schedule("Z_sum.1: unroll(m)");
  Network net("n");
  const Tensor<> x = net.input("x", {9});
  plain({.kernel = 3})(x);
  // Before the options or behind them, with a name or without.
  scheduled({.kernel = 3}).algorithm("generic").named("one")(x);
  plain.named("two")({.kernel = 3}).schedule("Z: parallel(i_o)").doc("Another.")(x);
  const auto notes = [&](size_t node) { return net.nodes()[node].op->notes(); };
  EXPECT_EQ(notes(0).doc, "Kernels take turns.");
  EXPECT_EQ(notes(0).schedule.text, "");
  EXPECT_EQ(notes(1).doc, "Kernels take turns.");
  EXPECT_EQ(notes(1).schedule.text, "Z_sum.1: unroll(m)");
  EXPECT_EQ(notes(1).algorithm.text, "generic");
  EXPECT_EQ(notes(1).algorithm.location.line, line + 5);
  EXPECT_EQ(notes(1).schedule.location.line, line);
  EXPECT_THAT(notes(1).schedule.location.file, HasSubstr("equation_op_test.cpp"));
  EXPECT_EQ(notes(2).doc, "Another.");
  EXPECT_EQ(notes(2).schedule.text, "Z: parallel(i_o)");
  // An op of fovea's own has none.
  net.output("y", x | relu);
  EXPECT_EQ(notes(3).doc + notes(3).schedule.text, "");
}

TEST(EquationOp, OfTextHasAllOfIt) {
  const UserEquation fir =
      define(Equations("f(x: f32, w: f32)\nZ(c, i) = sum(tap)(w(c, tap) * x(c, i + tap))"), {"w"})
          .attribute("phase", 0.25)
          .doc("A filter for each channel.")
          .schedule("Z: parallel(c)");
  Network net("text");
  net.output("y", net.input("x", {2, 3, 9}) | fir({.kernel = 4}) | relu);
  EXPECT_EQ(summary(net).rows[0].attributes, "name=f kernel=4 phase=0.25");
  EXPECT_EQ(net.nodes()[0].op->notes().doc, "A filter for each channel.");
  EXPECT_EQ(net.nodes()[0].op->notes().schedule.text, "Z: parallel(c)");
}

// A network that is made once more has what the first had.
TEST(EquationOp, IsKeptByCopiesOfItsNetwork) {
  Network net("n");
  net.output("y", net.input("x", {1, 3, 8, 8}) |
                      unshared({.filters = 4, .kernel = {3, 3}}).doc("Unshared.").schedule("s") |
                      flatten | dense(2));
  const auto expect_kept = [](const Network& copy) {
    EXPECT_EQ(summary(copy).rows[0].attributes, "name=unshared filters=4 kernel=3x3");
    EXPECT_EQ(copy.nodes()[0].op->notes().doc, "Unshared.");
    EXPECT_EQ(copy.nodes()[0].op->notes().schedule.text, "s");
  };
  expect_kept(with_batch(net, 5));
  expect_kept(fully_convolutional(net));
}

TEST(EquationOp, IsExplained) {
  const auto pairs = define(
      "pairs", [](Tensor<1> x, Weight<2> w) { return Z(i, j) = sum(m)(x(j + m) * w(i, m)); });
  const UserEquation layer = pairs({.filters = 2, .kernel = {2}});
  const std::string equations = "pairs(t0: 3xf32, weight: 2x2xf32)\n"
                                "Z(i, j) = sum(m)(t0(j + m) * weight(i, m)) where i < 2, j < 2, "
                                "m < 2\n"
                                "\n"
                                "for i < 2\n"
                                "  for j < 2\n"
                                "    Z(i, j) = 0\n"
                                "    for m < 2\n"
                                "      Z(i, j) += t0(j + m) * weight(i, m)\n";
  EXPECT_EQ(explain(layer, {{DType::f32, {3}}}), "name=pairs filters=2 kernel=2\n\n" + equations);
  EXPECT_EQ(explain(layer.doc("Sums of pairs:\n  w0 x0 + w1 x1"), {{DType::f32, {3}}}),
            "name=pairs filters=2 kernel=2\nSums of pairs:\n  w0 x0 + w1 x1\n\n" + equations);
  EXPECT_THROW(explain(layer, {}), Error);
}

} // namespace
} // namespace fovea
