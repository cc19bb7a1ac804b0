// Layers of the user's own: equations whose weights come with them.
#include "expect_error.hpp"
#include "interpret.hpp"
#include "support/indices.hpp"

#include <fovea/equation/text.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace fovea {
namespace {

using namespace testing;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

const auto unshared =
    define("unshared",
           [](Tensor<3> V, Weight<6> K, Weight<1> B) {
             return Z(i, j, k) = sum(l, m, n)(V(l, j + m, k + n) * K(i, l, m, n, j, k)) + B(i);
           },
           {"V", "K", "B"});

// The types of the weights that a layer brings for an input.
std::vector<TensorType> weights_of(const UserEquation& layer, const TensorType& input) {
  Network net("n");
  layer(net.input("x", input.shape, input.dtype));
  std::vector<TensorType> types;
  for (const int value : net.parameters())
    types.push_back(net.values()[static_cast<size_t>(value)].type);
  return types;
}
std::vector<Shape> weight_shapes(const UserEquation& layer, const Shape& input) {
  std::vector<Shape> shapes;
  for (const TensorType& type : weights_of(layer, f32(input)))
    shapes.push_back(type.shape);
  return shapes;
}
template <class Lambda>
UserEquation layer_of(Lambda lambda) {
  return define("f", lambda);
}

TEST(UserLayer, StandsAmongLayers) {
  Network net("mixed");
  const Tensor<> y = net.input("x", {2, 3, 10, 8}) | conv(5, 3) | relu |
                     unshared({.filters = 4, .kernel = {3, 2}}).named("local") | relu |
                     unshared({.filters = 2, .kernel = 1});
  EXPECT_EQ(y.shape(), (Shape{2, 2, 6, 5}));
  std::vector<std::string> names;
  for (const int value : net.parameters())
    names.push_back(net.values()[static_cast<size_t>(value)].name);
  EXPECT_THAT(names, ElementsAre("conv.weight", "conv.bias", "local.K", "local.B", "unshared.K",
                                 "unshared.B"));
  EXPECT_EQ(net.values()[static_cast<size_t>(net.parameters()[2])].type, f32({4, 5, 3, 2, 6, 5}));
}

// The same numbers as with weights that are handed over.
TEST(UserLayer, ComputesItsEquation) {
  const auto pairs = define(
      "pairs", [](Tensor<1> x, Weight<2> w) { return Z(i, j) = sum(m)(x(j + m) * w(i, m)); });
  const UserEquation two = pairs({.filters = 2, .kernel = {2}});
  const Definition definition = two.definition({{DType::f64, {3}}});
  EXPECT_EQ(definition.operands[1].type, (TensorType{DType::f64, {2, 2}}));
  EXPECT_THAT(interpret(definition, {{1, 2, 3}, {1, 10, 10, 1}}), ElementsAre(21, 32, 12, 23));
  EXPECT_EQ(canonical_text(definition),
            canonical_text(pairs.definition({{DType::f64, {3}}, {DType::f64, {2, 2}}})));
  // A batch is mapped over; the weights serve all of it.
  const Definition batch = two.definition({{DType::f64, {2, 3}}});
  EXPECT_EQ(batch.operands[1].type, definition.operands[1].type);
  EXPECT_THAT(interpret(batch, {{1, 2, 3, 4, 5, 6}, {1, 10, 10, 1}}),
              ElementsAre(21, 32, 12, 23, 54, 65, 45, 56));
}

TEST(UserLayer, WeightsHoldWhatIsRead) {
  using W = std::vector<Shape>;
  const auto tiled = [](int t) {
    return define("tiled", [=](Tensor<3> V, Weight<6> K) {
      return Z(i, j, k) = sum(l, m, n)(V(l, j + m, k + n) * K(i, l, m, n, j % t, k % t));
    });
  };
  EXPECT_EQ(weight_shapes(tiled(3)({.filters = 4, .kernel = 2}), {1, 5, 9, 2}),
            (W{{4, 5, 2, 2, 3, 1}}));
  // Arithmetic in subscripts; several reads of one weight; integers.
  EXPECT_EQ(weight_shapes(layer_of([](Tensor<1> x, Weight<1> w) {
                            return Z(i) = x(i) * w(2 * i + 1) + w(14) * w(i / 2);
                          }),
                          {6}),
            (W{{15}}));
  EXPECT_EQ(weight_shapes(layer_of([](Tensor<1> x, Weight<2> w) {
                            return Z(i) = x(i) * w(1, i) + w(0, 5 - i);
                          }),
                          {6}),
            (W{{2, 6}}));
  // Weights of weights: a system.
  EXPECT_EQ(weight_shapes(layer_of([](Tensor<2> x, Weight<2> a, Weight<2> b) {
                            const auto H =
                                let(Result("H")(i, k.range(7)) = max(sum(j)(x(i, j) * a(j, k)), 0));
                            return Z(i, l) = sum(k)(H(i, k) * b(k, l));
                          })({.filters = 3}),
                          {4, 5}),
            (W{{5, 7}, {7, 3}}));
  EXPECT_EQ(
      weight_shapes(layer_of([](Tensor<1> x, Weight<0> w) { return Z(i) = x(i) * w(); }), {6}),
      (W{{}}));
}

TEST(UserLayer, Options) {
  using W = std::vector<Shape>;
  const auto causal = define("causal", [](Tensor<2> x, Weight<3> w) {
    return Z(i, k) = sum(l, n)(x(l, zero(k - n)) * w(i, l, n));
  });
  const UserEquation layer = causal({.filters = 6, .kernel = 3, .extents = {{"k", 9}}});
  EXPECT_EQ(weight_shapes(layer, {4, 9}), (W{{6, 4, 3}}));
  EXPECT_EQ(weight_shapes(causal({.extents = {{"i", 6}, {"k", 9}, {"n", 2}}}), {4, 9}),
            (W{{6, 4, 2}}));
  // Rows of a table, which no index counts.
  const auto table = define(
      "table", [](Tensor<1> p, Weight<2> w) { return Z(i, j) = w(cast(p(i), DType::i64), j); },
      {"p", "w"});
  EXPECT_EQ(weight_shapes(table({.weights = {{"w", {100, 8}}}}), {5}), (W{{100, 8}}));
  // A weight has the first input's type, if it is one that weights have.
  const auto scaled = define(
      "scaled", [](Tensor<1> x, Weight<1> w) { return Z(i) = cast(x(i), w.dtype()) * w(i); });
  EXPECT_EQ(weights_of(scaled, {DType::f64, {3}})[0].dtype, DType::f64);
  EXPECT_EQ(weights_of(scaled, {DType::u8, {3}})[0].dtype, DType::f32);
}

TEST(UserLayer, OfText) {
  const auto depthwise =
      define(Equations("f(x: f32, w: f32)\nZ(c, i) = sum(tap)(w(c, tap) * x(c, i + tap))"), {"w"});
  Network net("text");
  const Tensor<> y = net.input("x", {2, 3, 9}) | depthwise({.kernel = 4}) | relu;
  EXPECT_EQ(y.shape(), (Shape{2, 3, 6}));
  const ValueInfo& weight = net.values()[static_cast<size_t>(net.parameters()[0])];
  EXPECT_EQ(weight.name, "f.w");
  EXPECT_EQ(weight.type, f32({3, 4}));
  EXPECT_THAT(error_of([] { define(Equations("Z(i) = w(i) * x(i)"), {"w"}); }).what,
              HasSubstr("its weights are not its last operands"));
  EXPECT_THAT(error_of([] { define(Equations("Z(i) = w(i) * x(i)"), {"v"}); }).got, "v");
}

TEST(UserLayer, Errors) {
  const auto refusal = [](const UserEquation& layer, const Shape& input) {
    return error_of([&] { weights_of(layer, f32(input)); });
  };
  const Shape image{3, 8, 8};
  ErrorParts error = refusal(unshared, image);
  EXPECT_EQ(error.what, "equation 'unshared': the range of the reduction index m is unknown");
  EXPECT_THAT(error.hint, HasSubstr(".extents = {{\"m\", n}}"));
  EXPECT_TRUE(error.where.known());
  EXPECT_THAT(refusal(unshared({.kernel = 3}), image).what,
              HasSubstr("the range of index i is unknown"));
  error = refusal(unshared({.filters = 2, .kernel = {3, 3, 3}}), image);
  EXPECT_THAT(error.what, HasSubstr("the 3x3x3 kernel does not fit the equation's window"));
  EXPECT_THAT(error.expected, HasSubstr("m, n"));
  error = refusal(unshared({.filters = 2, .kernel = 3, .extents = {{"q", 1}}}), image);
  EXPECT_THAT(error.what, HasSubstr("'q' has a range, but is no index"));
  EXPECT_EQ(error.expected, "one of i, j, k, l, m, n");
  EXPECT_THAT(refusal(unshared({.filters = -2, .kernel = 3}), image).what,
              HasSubstr("index i has an empty range"));
  EXPECT_THAT(refusal(unshared({.filters = 2, .kernel = 9}), image).what,
              HasSubstr("index j has an empty range"));
  EXPECT_THAT(refusal(unshared({.filters = 1 << 30, .kernel = 2}), {1 << 30, 8, 8}).what,
              HasSubstr("'K' is too large"));
  EXPECT_THAT(refusal(unshared({.filters = 2, .kernel = 3, .weights = {{"W", {1}}}}), image).what,
              HasSubstr("'W' has a shape, but is no weight"));
  EXPECT_THAT(
      refusal(unshared({.filters = 2, .kernel = 3, .weights = {{"K", {1}}}}), image).expected,
      HasSubstr("6 extents"));
  EXPECT_THAT(refusal(unshared, {8}).what, HasSubstr("operand 0 (V) has the wrong rank"));

  const auto stated =
      layer_of([](Tensor<1> x, Weight<1> w) { return Z(i) = sum(m.range(3))(x(i + m) * w(m)); });
  error = refusal(stated({.extents = {{"m", 2}}}), {9});
  EXPECT_THAT(error.what, HasSubstr("index m has two ranges"));
  EXPECT_THAT(error.expected, HasSubstr("3"));
  EXPECT_THAT(refusal(stated({.kernel = 3}), {9}).expected, HasSubstr("none"));
  error = refusal(stated({.filters = 3}), {9});
  EXPECT_THAT(error.what, HasSubstr("the number of filters has no index of its own"));

  // What says nothing of a weight's extents.
  const auto guarded =
      layer_of([](Tensor<1> x, Weight<1> w) { return Z(i) = x(i) * w(clamp(i - 1)); });
  error = refusal(guarded, {9});
  EXPECT_THAT(error.what, HasSubstr("the extent of dimension 0 of 'weight' is unknown"));
  EXPECT_THAT(error.hint, HasSubstr(".weights = {{\"weight\", {...}}}"));
  EXPECT_EQ(weight_shapes(guarded({.weights = {{"weight", {4}}}}), {9}), (std::vector<Shape>{{4}}));
  EXPECT_THAT(
      refusal(layer_of([](Tensor<1> x, Weight<1> w) { return Z(i) = x(i) * w(i - 1); }), {9})
          .expected,
      "0 <= i - 1");
  EXPECT_THAT(refusal(layer_of([](Tensor<1> x, Weight<1>) { return Z(i) = x(i); }), {9}).what,
              HasSubstr("'weight' is read nowhere"));
  EXPECT_THAT(error_of([] {
                define("f", [](Tensor<1> x, Weight<1> w) { return Z(i) = x(i) * w(i); }, {"x"});
              }).expected,
              "2 different names");
  Network net("n");
  const Tensor<> x = net.input("x", {9});
  EXPECT_THAT(error_of([&] { stated(x, x, x); }).expected, "1, or 2 with its weights");
}

} // namespace
} // namespace fovea
