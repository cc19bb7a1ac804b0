// Which element reads which, by hand.
#include "support/indices.hpp"

#include <expect_error.hpp>

#include <fovea/definition/connections.hpp>
#include <fovea/dsl.hpp>

#include <gmock/gmock.h>

#include <set>

namespace fovea {
namespace {

using namespace testing;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

template <class Lambda>
Definition made(Lambda lambda, const std::vector<Shape>& shapes) {
  Types types;
  for (const Shape& shape : shapes)
    types.push_back({DType::f32, shape});
  return define("made", lambda).definition(types);
}

std::string text(const std::vector<Connection>& list) {
  std::string result;
  for (const Connection& one : list)
    result += std::to_string(one.to) + "<" + std::to_string(one.from) + ":" +
              std::to_string(one.weight) + " ";
  return result;
}

Definition shared() {
  return made([](Tensor<1> x, Tensor<1> w) { return Z(i) = sum(m)(x(i + m) * w(m)); }, {{4}, {2}});
}

TEST(Connections, OfTextbookConvolutions) {
  EXPECT_EQ(text(connections(shared(), 0, 1)), "0<0:0 0<1:1 1<1:0 1<2:1 2<2:0 2<3:1 ");
  EXPECT_EQ(text(connections(
                made([](Tensor<1> x, Tensor<2> w) { return Z(i) = sum(m)(x(i + m) * w(i, m)); },
                     {{4}, {3, 2}}),
                0, 1)),
            "0<0:0 0<1:1 1<1:2 1<2:3 2<2:4 2<3:5 ");
  EXPECT_EQ(text(connections(
                made([](Tensor<1> x, Tensor<2> w) { return Z(i) = sum(m)(w(i % 2, m) * x(i + m)); },
                     {{4}, {2, 2}}),
                0, 1)),
            "0<0:0 0<1:1 1<1:2 1<2:3 2<2:0 2<3:1 ");
  EXPECT_EQ(text(connections(
                made([](Tensor<1> x, Tensor<1> w) { return Z(i) = sum(m)(x(i + 2 * m) * w(m)); },
                     {{4}, {2}}),
                0, 1)),
            "0<0:0 0<2:1 1<1:0 1<3:1 ");
}

TEST(Connections, OutsideThereIsNothingOrTheElementOfTheRule) {
  const auto at = [](auto rule) {
    return text(
        connections(made([=](Tensor<1> x) { return Z(i.range(2)) = x(rule(i - 1)); }, {{3}})));
  };
  EXPECT_EQ(at([](auto k) { return zero(k); }), "1<0:-1 ");
  EXPECT_EQ(at([](auto k) { return clamp(k); }), "0<0:-1 1<0:-1 ");
  EXPECT_EQ(at([](auto k) { return reflect(k); }), "0<1:-1 1<0:-1 ");
  EXPECT_EQ(at([](auto k) { return wrap(k); }), "0<2:-1 1<0:-1 ");
}

TEST(Connections, GoThroughInnerEquations) {
  const Definition softmax = made(
      [](Tensor<1> x) {
        const auto E = let(E_(i) = exp(x(i) - max(m)(x(m))));
        return Z(i) = E(i) / sum(j)(E(j));
      },
      {{3}});
  EXPECT_EQ(connections(softmax).size(), 9u); // each of each
  const Definition twice = made(
      [](Tensor<1> x, Tensor<1> w) {
        const auto R = let(M_(i) = x(i) + x(i + 1));
        return Z(i) = R(i) * w(i);
      },
      {{3}, {2}});
  EXPECT_EQ(text(connections(twice, 0, 1)), "0<0:0 0<1:0 1<1:1 1<2:1 ");
}

TEST(Connections, OfOpsOfTheLibrary) {
  const Types types{{DType::f32, {1, 1, 1, 6}}, {DType::f32, {1, 1, 1, 3}}};
  const Definition strided =
      make_op(conv(1, {1, 3}, stride({1, 2}), no_bias).op)->definition(types);
  EXPECT_EQ(text(connections(strided, 0, 1)), "0<0:0 0<1:1 0<2:2 1<2:0 1<3:1 1<4:2 ");
}

size_t count(const std::string& text, const std::string& part) {
  size_t number = 0;
  for (size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1))
    ++number;
  return number;
}

TEST(Connections, AreDrawn) {
  const std::string svg = draw_connections(shared());
  EXPECT_EQ(count(svg, "<circle"), 7u);
  EXPECT_EQ(count(svg, "<title>"), 6u);
  EXPECT_EQ(count(svg, "<title>t0(1) * t1(1)</title>"), 1u);
  EXPECT_EQ(count(svg, "stroke-width=\"4\""), 2u); // the weights
  std::set<std::string> colours;
  for (size_t at = svg.find("hsl("); at != std::string::npos; at = svg.find("hsl(", at + 1))
    colours.insert(svg.substr(at, svg.find(')', at) - at));
  EXPECT_EQ(colours.size(), 2u);
  EXPECT_THAT(svg, HasSubstr("where i &lt; 3"));
}

TEST(Connections, RefuseWhatCannotBeDrawn) {
  const Definition gather =
      made([](Tensor<1> x, Tensor<1> p) { return Z(i) = x(cast(p(i), DType::i64)); }, {{4}, {3}});
  EXPECT_THAT(testing::error_of([&] { connections(gather); }).what,
              HasSubstr("a place is computed"));
  const Definition large = made([](Tensor<1> x) { return Z(i) = x(i); }, {{100}});
  EXPECT_EQ(connections(large).size(), 100u);
  EXPECT_THAT(testing::error_of([&] { draw_connections(large); }).what, HasSubstr("too many dots"));
  const Definition huge =
      made([](Tensor<2> x) { return Z() = sum(i, j)(x(i, j)); }, {{2000, 1000}});
  EXPECT_THAT(testing::error_of([&] { connections(huge); }).what, HasSubstr("too many"));
}

} // namespace
} // namespace fovea
