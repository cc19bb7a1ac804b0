// Windows whose sums are sums along one dimension and then along the next.
#include "compiler/kernels/separable.hpp"
#include "tests/kernels/forms.hpp"

#include <fovea/equation/text.hpp>

#include <gmock/gmock.h>

namespace fovea::kernel_test {
namespace {

using kernels::separated;
using ::testing::HasSubstr;

const std::string window = "Z(i, j) = sum(m, n)(x(i + m, j + n) * a(m) * b(n))";
const std::string gaussian = "G(m) = exp(f32((m - 3) * (m - 3)) * -0.25) where m < 7\n"
                             "K(m, n) = G(m) * G(n)\n"
                             "Z(i, j) = sum(m, n)(x(i + m, j + n) * K(m, n))";

Definition bound(const std::string& text, const std::map<std::string, Shape>& shapes,
                 DType type = DType::f32) {
  std::map<std::string, TensorType> types;
  for (const auto& [name, shape] : shapes)
    types[name] = {type, shape};
  return Equations(text).bind(types);
}

std::string text_of(const Definition& definition) {
  const auto result = separated(definition);
  return result ? to_string(result->definition) : "";
}

void check_separable(const Definition& definition, uint64_t seed) {
  ASSERT_TRUE(separated(definition)) << to_string(definition);
  check_forms(find_algorithm("separable"), {definition, test_target()}, {.seed = seed});
}

TEST(Separable, AreSumsOneBehindTheOther) {
  const std::string text = text_of(bound(window, {{"x", {30, 41}}, {"a", {7}}, {"b", {5}}}));
  EXPECT_THAT(text, HasSubstr("Z_rows(u0, j) = sum(n)(x(u0, j + n) * b(n)) where u0 < 30, j < 37"));
  EXPECT_THAT(text, HasSubstr("Z(i, j) = sum(m)(Z_rows(i + m, j) * a(m)) where i < 24, j < 37"));
}

TEST(Separable, ThreeDimensionsTwice) {
  const Definition cube =
      bound("Z(i, j, k) = sum(l, m, n)(x(i + l, j + m, k + n) * a(l) * a(m) * a(n))",
            {{"x", {12, 13, 14}}, {"a", {5}}});
  const auto result = separated(cube);
  ASSERT_TRUE(result);
  EXPECT_EQ(result->definition.equations.size(), 3u);
  check_separable(cube, 1);
}

// The rules of each dimension stay where it is read.
TEST(Separable, AreComputed) {
  const std::map<std::string, Shape> shapes{{"x", {20, 23}}, {"a", {5}}, {"b", {5}}};
  uint64_t seed = 1;
  for (
      const char* text : {
          "Z(i, j) = sum(m, n)(x(zero(i + m - 2), reflect(j + n - 2)) * a(m) * b(n)) where i < "
          "20, j < 23",
          "Z(i, j) = sum(m, n)(x(constant(i + m - 2, 3), wrap(j + n - 2)) * a(m) * b(n)) where i "
          "< 20, j < 23",
          "Z(i, j) = sum(m, n)(a(m) * x(clamp(i - m), 2*j + n) * b(n)) where i < 20", // true
                                                                                      // convolution,
                                                                                      // a stride
          "Z(i, j) = sum(m, n)(x(zero(i + 2*m - 4), zero(j + 3*n - 6)) * a(m) * b(n)) where i < "
          "20, j < 23", // dilated
          "Z(i, j) = sum(m, n)(x(i + m, j + n) * exp(a(m)) * f32(n - 2) * b(n))",
          "Z(i, j) = tanh(sum(m, n)(x(i + m, j + n) * a(m) * b(n)) / 25 + a(0))",
      })
    check_separable(bound(text, shapes), seed++);
  check_separable(
      bound("Z(i, j) = sum(m, n)(x(i + m, j + n)) where m < 5, n < 7", {{"x", {20, 23}}}), seed++);
  check_separable(bound("Z(c, i, j) = min(m, n)(x(c, 2*i + m, j + n)) where m < 5, n < 6",
                        {{"x", {3, 20, 23}}}),
                  seed++);
  check_separable(bound(window, shapes, DType::f64), seed++);
  check_separable(bound(window, shapes, DType::i32), seed++);
  check_separable(
      bound("Z(i, j) = sum(m, n)(f32(x(i + m, j + n)) * f32(a(m)) * f32(b(n)))", shapes, DType::u8),
      seed++);
  check_separable(bound(gaussian, {{"x", {20, 23}}}), seed++);
}

// Numbers of the table's column and row are known before anything is compiled; integers stay.
TEST(Separable, TablesThatAreProducts) {
  const std::string table =
      "K(m, n) = select(m == 2, 6.0, 3.0) * select(n == 0, 1.0, 4.0) where m < 5, n < 5\n"
      "Z(i, j) = sum(m, n)(x(i + m, j + n) * K(m, n))";
  const std::string text = text_of(bound(table, {{"x", {20, 23}}}));
  EXPECT_THAT(text, HasSubstr("K_across(k) = select(value(k) == 0, 1, select(value(k) == 1, 4,"));
  EXPECT_THAT(text, HasSubstr("K_down(k) = select(value(k) == 0, 3, select(value(k) == 1, 3, "
                              "select(value(k) == 2, 6,"));
  check_separable(bound(table, {{"x", {20, 23}}}), 1);
}

TEST(Separable, OnlyWhatIs) {
  const std::map<std::string, Shape> shapes{{"x", {20, 23}}, {"a", {5}}, {"b", {5}}, {"k", {5, 5}}};
  const auto stays = [&](const std::string& text) {
    std::map<std::string, Shape> read;
    for (const auto& [name, shape] : shapes)
      if (text.find(name + "(") != std::string::npos)
        read[name] = shape;
    return !separated(bound(text, read));
  };
  EXPECT_TRUE(stays("Z(i, j) = sum(m, n)(x(i + m, j + n) * k(m, n))")) << "known when it runs";
  EXPECT_TRUE(stays("K(m, n) = f32(m + n) where m < 5, n < 5\n"
                    "Z(i, j) = sum(m, n)(x(i + m, j + n) * K(m, n))"))
      << "no product";
  EXPECT_TRUE(stays("Z(i, j) = sum(m, n)(x(i + m + n, j + n) * a(m) * b(n))")) << "a shear";
  EXPECT_TRUE(stays("Z(i, j) = sum(m, n)(x(i + m, j + n) * a(m) * b(n)) where m < 3, n < 3"))
      << "nine terms for six";
  EXPECT_TRUE(stays("Z(i, j) = sum(m, n)(x(4*i + m, 4*j + n) * a(m) * b(n))"))
      << "windows that hardly overlap";
  EXPECT_TRUE(stays("Z(i, j) = sum(m, n)(x(i + m, j + n) * (a(m) + b(n)))")) << "a sum of weights";
  EXPECT_TRUE(stays("Z(i, j) = product(m, n)(x(i + m, j + n)) where m < 5, n < 5"));
}

// With large windows it costs less, with exact sums it is not asked.
TEST(Separable, IsChosen) {
  const catalogue::Catalogue catalogue = kernels::make_catalogue();
  const catalogue::Machine machine = catalogue::Machine::nominal(test_target());
  const Definition definition = bound(window, {{"x", {500, 600}}, {"a", {11}}, {"b", {11}}});
  const auto chosen = [&](const catalogue::Limits& limits) {
    return std::string(
        catalogue.best({definition, test_target()}, {}, machine, limits).algorithm->name());
  };
  EXPECT_EQ(chosen({}), "separable");
  EXPECT_EQ(chosen({.error_bound = catalogue::ErrorBound::running}), "generic");
}

} // namespace
} // namespace fovea::kernel_test
