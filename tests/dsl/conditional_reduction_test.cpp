// Reductions over the terms that a condition chooses, which is also how values are accumulated at
// places that are computed: a histogram, the adjoint of a gather, sums over segments.
#include <fovea/definition/interpreter.hpp>
#include <fovea/dsl.hpp>
#include <fovea/equation/text.hpp>
#include <fovea/error.hpp>

#include <gmock/gmock.h>

#include <cmath>

namespace fovea {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::vector<double> values(const Definition& definition, const std::vector<const void*>& operands) {
  Interpreter interpreter(definition, reader_of(definition, operands));
  const bool real =
      is_float(definition.type_of(definition.tensor_of_equation(definition.results[0])).dtype);
  std::vector<double> result;
  for (const Value& value : interpreter.all(0))
    result.push_back(real ? value.real : static_cast<double>(value.integer));
  return result;
}

std::vector<double> of(const std::string& text, const std::vector<const void*>& operands) {
  return values(Equations(text).bind(), operands);
}

constexpr int32_t places[] = {2, 0, 2, 5, -1, 0};
constexpr float x[] = {1, 2, 4, 8, 16, 32};
const std::string head = "f(p: 6xi32, x: 6xf32)\n";

TEST(ConditionalReduction, AccumulatesAtComputedPlaces) {
  EXPECT_THAT(of(head + "Z(k) = sum(i where p(i) == k)(x(i)) where k < 4", {places, x}),
              ElementsAre(34, 0, 5, 0));
}

TEST(ConditionalReduction, CountsInAHistogram) {
  const uint8_t image[] = {3, 1, 3, 0, 3, 7};
  EXPECT_THAT(of("f(p: 2x3xu8)\nH(k) = sum(y, x where p(y, x) == k)(1) where k < 4", {image}),
              ElementsAre(1, 1, 0, 3));
}

TEST(ConditionalReduction, OfEachKind) {
  const auto chosen = [&](const std::string& fold) {
    return of(head + "Z(k) = " + fold + " where k < 3", {places, x});
  };
  EXPECT_THAT(chosen("product(i where p(i) == k)(x(i))"), ElementsAre(64, 1, 4));
  EXPECT_THAT(chosen("max(i where p(i) == k)(x(i))"), ElementsAre(32, -INFINITY, 4));
  EXPECT_THAT(chosen("min(i where p(i) == k)(x(i))"), ElementsAre(2, INFINITY, 1));
  EXPECT_THAT(chosen("argmax(i where p(i) == k)(x(i))"), ElementsAre(5, 0, 2));
  EXPECT_THAT(chosen("f32(any(i where p(i) == k)(x(i) > 16))"), ElementsAre(1, 0, 0));
  EXPECT_THAT(chosen("f32(all(i where p(i) == k)(x(i) > 3))"), ElementsAre(0, 1, 0));
  const std::vector<double> means = chosen("mean(i where p(i) == k)(x(i))");
  EXPECT_THAT((std::vector<double>{means[0], means[2]}), ElementsAre(17, 2.5));
  EXPECT_TRUE(std::isnan(means[1])) << "the mean of nothing";
}

TEST(ConditionalReduction, OfIntegersStartsAtTheTypesEnds) {
  const auto chosen = [&](const std::string& fold) {
    return of("f(p: 6xi32)\nZ(k) = " + fold + "(i where p(i) == k + 7)(p(i)) where k < 1",
              {places})[0];
  };
  EXPECT_EQ(chosen("max"), INT32_MIN);
  EXPECT_EQ(chosen("min"), INT32_MAX);
  const uint8_t bytes[] = {9};
  EXPECT_THAT(of("f(p: 1xu8)\nZ() = min(i where p(i) > 9)(p(i))", {bytes}), ElementsAre(255));
  EXPECT_THAT(of("f(p: 1xu8)\nZ() = max(i where p(i) > 9)(p(i))", {bytes}), ElementsAre(0));
}

// What is not chosen may be as large as what is: here every element is the type's least, or -inf.
TEST(ConditionalReduction, PlacesAreOfChosenTerms) {
  const uint8_t zeros[] = {0, 0, 0, 0};
  const float least[] = {-INFINITY, -INFINITY, -INFINITY, -INFINITY};
  const float with_nan[] = {NAN, 1, 5, NAN};
  const std::string byte = "f(x: 4xu8)\n", real = "f(x: 4xf32)\n";
  EXPECT_THAT(of(byte + "Z() = argmax(i where i >= 2)(x(i))", {zeros}), ElementsAre(2));
  EXPECT_THAT(of(byte + "Z() = argmin(i where i == 3)(255 - x(i))", {zeros}), ElementsAre(3));
  EXPECT_THAT(of(byte + "Z() = argmax(i where i > 3)(x(i))", {zeros}), ElementsAre(0)) << "none";
  EXPECT_THAT(of(real + "Z() = argmax(i where i > 0)(x(i))", {least}), ElementsAre(1));
  EXPECT_THAT(of(real + "Z() = argmax(i where i > 0)(x(i))", {with_nan}), ElementsAre(3));
  EXPECT_THAT(of(real + "Z() = argmax(i where i > 0 && i < 3)(x(i))", {with_nan}), ElementsAre(2));
}

// Neither their sum, 800, nor their number fits a byte.
TEST(ConditionalReduction, AMeanOfBytesDoesNotWrap) {
  std::vector<uint8_t> bytes(400);
  for (size_t k = 0; k < bytes.size(); ++k)
    bytes[k] = static_cast<uint8_t>(k % 2 ? 200 : 100);
  const std::string head = "f(x: 400xu8)\n";
  EXPECT_THAT(of(head + "Z() = mean(i)(x(i))", {bytes.data()}), ElementsAre(150));
  EXPECT_THAT(of(head + "Z() = mean(i where i % 2 == 1)(x(i))", {bytes.data()}), ElementsAre(200));
  EXPECT_THAT(of(head + "Z() = mean(i where i < 300)(x(i)) - mean(i)(x(i))", {bytes.data()}),
              ElementsAre(0));
}

// Nor is their sum, or their number, beyond f16's 65504.
TEST(ConditionalReduction, AMeanOfHalvesDoesNotOverflow) {
  std::vector<uint16_t> sixteen(70'000, 0x4C00); // 16.0
  const std::string head = "f(x: 70000xf16)\n";
  EXPECT_THAT(of(head + "Z() = mean(i)(x(i))", {sixteen.data()}), ElementsAre(16));
  EXPECT_THAT(of(head + "Z() = mean(i where i >= 0)(x(i))", {sixteen.data()}), ElementsAre(16));
}

// Causal attention's mask, and a condition on indices alone.
TEST(ConditionalReduction, ChoosesByIndices) {
  EXPECT_THAT(of("f(x: 4xf32)\nZ(i) = sum(j where j <= i && j % 2 == 0)(x(j)) where i < 4", {x}),
              ElementsAre(1, 1, 5, 5));
}

TEST(ConditionalReduction, IsTheSameInCpp) {
  Index<'i'> i;
  Index<'k'> k;
  const auto scatter = define("scatter", [=](Tensor<1> p, Tensor<1> v) {
    return Z(k.range(4)) = sum(i).where(equal(p(i), value(k)))(v(i));
  });
  const auto count = define("count", [=](Tensor<1> p) {
    return Z(k.range(4)) = sum(i).where(equal(p(i), value(k)))(1.0);
  });
  const Types types{{DType::i32, {6}}, {DType::f32, {6}}};
  const Definition scattered = scatter.definition(types);
  EXPECT_THAT(values(scattered, {places, x}), ElementsAre(34, 0, 5, 0));
  EXPECT_EQ(
      canonical_text(scattered),
      canonical_text(Equations(head + "Z(k) = sum(i where p(i) == k)(x(i)) where k < 4").bind()));
  EXPECT_THAT(values(count.definition({types[0]}), {places}), ElementsAre(2, 0, 2, 0));
}

std::string refusal(const std::string& text) {
  try {
    Equations(text).bind();
  } catch (const Error& error) {
    return error.what();
  }
  return "accepted";
}

TEST(ConditionalReduction, Refusals) {
  EXPECT_THAT(refusal(head + "Z() = sum(i where p(i))(x(i))"),
              HasSubstr("`where` wants a condition\n  expected: bool, got i32"));
  EXPECT_THAT(refusal(head + "Z(k) = sum(i where p(k) == k)(x(k))"),
              HasSubstr("does not occur in what is reduced"));
  EXPECT_THAT(refusal(head + "Z(k) = sum(i where p(i) == k)(x(i))"),
              HasSubstr("the range of index k is unknown"));
  EXPECT_THAT(refusal(head + "Z(i) = f32(p(i) == i64(p(i)))"),
              HasSubstr("different element types"));
  EXPECT_THAT(refusal(head + "Z(p(i)) = x(i)"), HasSubstr("sum(i where p(i) == k)(x(i))"));
  EXPECT_THAT(refusal(head + "Z(k) += x(k)"), HasSubstr("sum(i where p(i) == k)(x(i))"));
}

} // namespace
} // namespace fovea
