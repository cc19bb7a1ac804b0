#include "support/definition_builder.hpp"

#include <fovea/equation/statement.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>

namespace fovea {
namespace {

using namespace testing;

constexpr double infinity = std::numeric_limits<double>::infinity();

TEST(ErrorBound, ExactResultsHaveNone) {
  EXPECT_EQ(binary(ScalarOp::add, {3}, {0.5}).error, 0);
  EXPECT_EQ(binary(ScalarOp::div, {3}, {4}).error, 0);
  EXPECT_GT(binary(ScalarOp::div, {1}, {3}).error, 0);
  EXPECT_EQ(unary(ScalarOp::sqrt, {9}).error, 0);
  EXPECT_GT(unary(ScalarOp::exp, {1}).error, 0);
}

TEST(ErrorBound, FollowsDerivatives) {
  const double u = 0x1p-24;
  EXPECT_NEAR(binary(ScalarOp::mul, {3, 1e-3}, {5, 1e-3}).error, 8e-3 + 1e-6 + 15 * u, 2e-9);
  EXPECT_NEAR(unary(ScalarOp::log, {4, 1e-4}).error, 2.5e-5 + 8 * u * std::log(4), 1e-8);
  EXPECT_NEAR(unary(ScalarOp::sqrt, {4, 1e-4}).error, 2.5e-5 + 2 * u, 1e-8);
  EXPECT_EQ(unary(ScalarOp::log, {1e-4, 1e-3}).error, infinity);
  EXPECT_EQ(unary(ScalarOp::sqrt, {0, 1e-9}).error, infinity);
  EXPECT_NEAR(binary(ScalarOp::pow, {2, 1e-4}, {3}).error, 12e-4 + 64 * u, 1e-6);
  EXPECT_NEAR(binary(ScalarOp::pow, {0, 0.1}, {2}).error, 0.01, 1e-6);
}

TEST(ErrorBound, FollowsTrigonometricFunctions) {
  const double u = 0x1p-24;
  EXPECT_NEAR(unary(ScalarOp::sin, {1, 1e-4}).error, 1e-4 + 8 * u, 1e-7);
  EXPECT_NEAR(unary(ScalarOp::cos, {0, 1e-3}).error, 1e-3, 1e-6);
  EXPECT_LT(unary(ScalarOp::sin, {1e6, 100}).error, 2.1);
  EXPECT_NEAR(unary(ScalarOp::tan, {1, 1e-5}).error,
              1e-5 / std::pow(std::cos(1), 2) + 8 * u * std::tan(1), 1e-8);
  EXPECT_EQ(unary(ScalarOp::tan, {1.57, 1e-2}).error, infinity); // a pole
  EXPECT_NEAR(unary(ScalarOp::cosh, {0.01, 0.1}).error, std::cosh(0.11) - std::cosh(0.01), 1e-6);
  EXPECT_NEAR(unary(ScalarOp::cosh, {0.1, 0.1}).error, std::cosh(0.2) - std::cosh(0.1), 1e-6);
  EXPECT_NEAR(unary(ScalarOp::acos, {0.5, 1e-4}).error, 1e-4 / std::sqrt(0.75), 1e-6);
  EXPECT_EQ(unary(ScalarOp::asin, {1, 1e-9}).error, infinity); // NaN is near
  EXPECT_EQ(unary(ScalarOp::acosh, {1, 1e-9}).error, infinity);
  EXPECT_EQ(unary(ScalarOp::asin, {2}).error, 0); // NaN for certain
  EXPECT_EQ(unary(ScalarOp::sin, {0}).error, 0);
}

TEST(ErrorBound, RemaindersJump) {
  EXPECT_EQ(binary(ScalarOp::fmod, {7.5}, {2}).error, 0);
  EXPECT_EQ(binary(ScalarOp::fmod, {-7.5}, {2}).real, -1.5);
  EXPECT_NEAR(binary(ScalarOp::fmod, {7, 1e-3}, {2, 1e-4}).error, 1.3e-3, 1e-6);
  EXPECT_EQ(binary(ScalarOp::fmod, {8, 1e-3}, {2}).error, infinity);
  EXPECT_EQ(binary(ScalarOp::fmod, {1}, {0, 1e-3}).error, infinity);
}

TEST(ErrorBound, DecisionsNearTheirPointAreUncertain) {
  EXPECT_EQ(binary(ScalarOp::less, {1, 0.1}, {1.15, 0.1}).error, infinity);
  EXPECT_EQ(binary(ScalarOp::less, {1, 0.1}, {1.3, 0.1}).error, 0);
  EXPECT_EQ(binary(ScalarOp::equal, {1}, {1}).error, 0);
  EXPECT_EQ(unary(ScalarOp::floor, {3, 1e-6}).error, 1);
  EXPECT_EQ(unary(ScalarOp::floor, {3.5, 1e-6}).error, 0);
  EXPECT_EQ(unary(ScalarOp::ceil, {3, 0}).error, 0);
  EXPECT_EQ(unary(ScalarOp::round, {2.5}).real, 2);
  EXPECT_EQ(unary(ScalarOp::round, {3.5}).real, 4);
  EXPECT_EQ(unary(ScalarOp::round, {2.5, 1e-6}).error, 1);
  EXPECT_EQ(unary(ScalarOp::round, {2.4, 1e-6}).error, 0);

  // select(a < 1, a, 5): where a < 1 is uncertain, so is the choice.
  const Expr a = read(0, {});
  const Definition definition = define(
      "step", {{"a", {DType::f32, {}}}},
      {equation("y", {},
                apply(ScalarOp::select, {apply(ScalarOp::less, {a, number(1)}), a, number(5)}))});
  const auto at_value = [&](Value value) {
    return Interpreter(definition, [=](int, int64_t) { return value; }).element(0, {});
  };
  EXPECT_EQ(at_value({0.5, 0.1}).error, 0.1);
  EXPECT_NEAR(at_value({0.75, 0.3}).error, 4.55, 1e-12);
}

float relu_of_sum(const std::vector<float>& a, const std::vector<float>& b, float bias,
                  const std::vector<size_t>& order) {
  float sum = 0;
  for (size_t k : order)
    sum += a[k] * b[k];
  return std::max(sum + bias, 0.0f);
}

// y(i) = tanh(max(t + bias, 0)) / (1 + exp(t)), t = sum a b
Definition mixture(int64_t n) {
  const Expr t = read(3, {});
  const Expr relu = apply(ScalarOp::max, {t + read(2, {}), number(0)});
  return define(
      "mixture", {{"a", {DType::f32, {n}}}, {"b", {DType::f32, {n}}}, {"bias", {DType::f32, {}}}},
      {reduction("t", {}, ReduceKind::sum, {{"k", n}}, read(0, {at(ix(0))}) * read(1, {at(ix(0))})),
       equation("r", {}, relu),
       equation("y", {},
                apply(ScalarOp::tanh, {read(4, {})}) /
                    (number(1) + apply(ScalarOp::exp, {read(4, {})})))});
}

TEST(ErrorBound, HoldsForFloatArithmeticInAnyOrder) {
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  std::normal_distribution<float> normal;
  for (int round = 0; round < 200; ++round) {
    const size_t n = 1 + random() % 100;
    std::vector<float> a(n), b(n);
    for (size_t k = 0; k < n; ++k)
      a[k] = normal(random), b[k] = normal(random) * (random() % 4 ? 1e-1f : 1e2f);
    const float bias = normal(random);
    const Definition definition = mixture(static_cast<int64_t>(n));
    Interpreter interpreter(definition, reader_of(definition, {a.data(), b.data(), &bias}));
    const Value y = interpreter.element(0, {});
    std::vector<size_t> order(n);
    std::iota(order.begin(), order.end(), 0);
    for (int shuffle = 0; shuffle < 10; ++shuffle) {
      std::shuffle(order.begin(), order.end(), random);
      const float r = relu_of_sum(a, b, bias, order);
      const float computed = std::tanh(r) / (1 + std::exp(r));
      ASSERT_LE(std::abs(computed - y.real), y.error);
    }
    ASSERT_LT(y.error, 0.05) << "useless bound";
  }
}

// An algorithm's own error enters where it arises, and follows the derivatives from there.
TEST(ErrorBound, GrowsByWhatIsAllowed) {
  const std::vector<float> a{0.5f}, b{1.0f};
  const float bias = 0;
  const Definition definition = mixture(1);
  const auto error_of = [&](double allowed) {
    Interpreter interpreter(definition, reader_of(definition, {a.data(), b.data(), &bias}));
    interpreter.allow_error(0, allowed);
    return interpreter.element(0, {}).error;
  };
  // tanh(t) / (1 + exp(t)) at 1/2, whose derivative is bounded by those of its parts:
  const double tanh = std::tanh(0.5), below = 1 + std::exp(0.5);
  const double slope = (1 - tanh * tanh) / below + tanh * (below - 1) / (below * below);
  EXPECT_NEAR((error_of(1e-4) - error_of(0)) / 1e-4, slope, 1e-3);
}

TEST(ErrorBound, HoldsForProductsInAnyOrder) {
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  std::uniform_real_distribution<float> uniform(0.5f, 2.0f);
  const Definition definition =
      define("product", {{"x", {DType::f32, {20}}}},
             {reduction("p", {}, ReduceKind::product, {{"i", 20}}, read(0, {at(ix(0))}))});
  for (int round = 0; round < 200; ++round) {
    std::vector<float> factors(20);
    for (float& factor : factors)
      factor = uniform(random) * (random() % 2 ? 1 : -1);
    const Value p = Interpreter(definition, reader_of(definition, {factors.data()})).element(0, {});
    std::shuffle(factors.begin(), factors.end(), random);
    const float computed = std::accumulate(factors.begin(), factors.end(), 1.0f, std::multiplies());
    ASSERT_LE(std::abs(computed - p.real), p.error);
    ASSERT_LT(p.error, 1e-5 * std::abs(p.real));
  }
}

// Contracted, 2^127 * 2 - 2^127 * 2 is 0; not contracted, it is inf - inf. Both are right.
TEST(ErrorBound, OverflowOfAProductInASumIsUncertain) {
  const TensorType pair{DType::f32, {2}};
  const Index<'i'> i;
  const Tensor<1> a(0, "a", pair), b(1, "b", pair);
  const Definition dot = bind("dot", {{"a", pair}, {"b", pair}}, {Z() = sum(i)(a(i) * b(i))});
  const float x[] = {0x1p127f, -0x1p127f}, y[] = {2, 2};
  Interpreter interpreter(dot, reader_of(dot, {x, y}));
  EXPECT_EQ(interpreter.element(0, {}).error, infinity);
}

} // namespace
} // namespace fovea
