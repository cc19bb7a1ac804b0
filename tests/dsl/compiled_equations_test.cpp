// Equations of a user's own, compiled: every realisation against the interpreter.
#include "check_op.hpp"
#include "support/indices.hpp"

#include <fovea/equation/text.hpp>

#include <gtest/gtest.h>

namespace fovea {
namespace {

using namespace testing;

template <class Lambda>
void check(const std::string& name, const std::vector<Shape>& shapes, Lambda lambda,
           CheckOptions options = {}) {
  Types types;
  for (const Shape& shape : shapes)
    types.push_back({options.dtype, shape});
  check_definition("equation " + name, define(name, lambda).definition(types), options);
}

TEST(CompiledEquations, ConvolutionsOfTextbooks) {
  check("unshared", {{3, 6, 7}, {2, 3, 3, 3, 4, 5}}, [](Tensor<3> V, Tensor<6> W) {
    return Z(i, j, k) = sum(l, m, n)(V(l, j + m, k + n) * W(i, l, m, n, j, k));
  });
  check("tiled", {{3, 6, 7}, {2, 3, 3, 3, 2, 2}}, [](Tensor<3> V, Tensor<6> K) {
    return Z(i, j, k) = sum(l, m, n)(V(l, j + m, k + n) * K(i, l, m, n, j % 2, k % 2));
  });
  check("strided", {{3, 9, 8}, {2, 3, 3, 2}}, [](Tensor<3> V, Tensor<4> K) {
    return Z(i, j, k) = sum(l, m, n)(V(l, j * 2 + m, k * 3 + n) * K(i, l, m, n));
  });
  check("dilated", {{3, 9, 8}, {2, 3, 3, 2}}, [](Tensor<3> V, Tensor<4> K) {
    return Z(i, j, k) = sum(l, m, n)(V(l, j + 2 * m, k + 3 * n) * K(i, l, m, n));
  });
  check("causal", {{3, 9}, {2, 3, 4}}, [](Tensor<2> x, Tensor<3> w) {
    return Z(i, k.range(9)) = sum(l, n)(x(l, zero(k - n)) * w(i, l, n));
  });
}

TEST(CompiledEquations, BoundaryRules) {
  const auto with = [](const char* name, auto rule) {
    for (int64_t extent : {1, 2, 3, 7, 17})
      check(std::string(name) + std::to_string(extent), {{extent, 5}, {5, 3}},
            [=](Tensor<2> x, Tensor<2> w) {
              return Z(i.range(extent), j.range(5)) =
                         sum(m, n)(x(rule(i + m - 2), rule(j + n - 1)) * w(m, n));
            });
  };
  with("zero", [](auto at) { return zero(at); });
  with("constant", [](auto at) { return constant(at, -3.5); });
  with("clamp", [](auto at) { return clamp(at); });
  with("reflect", [](auto at) { return reflect(at); });
  with("wrap", [](auto at) { return wrap(at); });
}

TEST(CompiledEquations, ReadsFarOutside) {
  check("far_wrap", {{5}}, [](Tensor<1> x) { return Z(i.range(40)) = x(wrap(3 * i - 60)); });
  check("far_reflect", {{5}}, [](Tensor<1> x) { return Z(i.range(40)) = x(reflect(3 * i - 60)); });
  check("far_clamp", {{5}}, [](Tensor<1> x) { return Z(i.range(40)) = x(clamp(3 * i - 60)); });
  check("reversed", {{5}}, [](Tensor<1> x) { return Z(i.range(9)) = x(zero(6 - i)); });
}

// Equal terms, and terms that a condition on constants alone chooses: no term has the reduced
// index.
TEST(CompiledEquations, TermsWithoutTheirIndex) {
  for (const DType type : {DType::f32, DType::f16, DType::u8, DType::i32, DType::i64})
    for (const char* text :
         {"Z(i) = sum(m)(x(i + m%1)) where m < 3", "Z(i) = product(m, n)(x(i)) where m < 2, n < 2",
          "Z(i) = max(m)(x(i)) where m < 3", "Z(i) = sum(m where m*m < 5)(x(i)) where m < 4",
          "Z() = sum(m where m == 9)(2*x(0)) where m < 4", "Z(i) = mean(m)(x(i)) where m < 3",
          "Z() = sum(m where m*7 == 3)(x(1)) + x(0) where m < 4",
          "Z(i) = x(wrap(sum(m where m%2 == 0)(i))) where i < 9, m < 5"})
      check_definition(text, Equations(text).bind({{"x", {type, {5}}}}), {});
}

// A power of one element, which no loop surrounds, took forever to compile.
TEST(CompiledEquations, PowersOfIntegers) {
  for (const DType type : {DType::u8, DType::i8, DType::i32, DType::i64})
    for (const char* text : {"Z() = pow(x(0), 2)", "Z(i) = pow(x(i), 3)", "Z(i) = pow(x(i), 100)",
                             "Z(i, j) = pow(x(i), x(j))"})
      check_definition(text, Equations(text).bind({{"x", {type, {5}}}}), {});
}

TEST(CompiledEquations, IndexArithmetic) {
  check("nearest", {{4, 5}},
        [](Tensor<2> x) { return Z(i.range(8), j.range(15)) = x(i / 2, j / 3); });
  check("floor_of_negatives", {{8}},
        [](Tensor<1> x) { return Z(i.range(9)) = x((i - 7) / 3 + 3); });
  check("mod_of_negatives", {{8}}, [](Tensor<1> x) { return Z(i.range(19)) = x((i - 11) % 8); });
  check("transposed", {{7, 17}}, [](Tensor<2> x) { return Z(j, i) = x(i, j); });
  check("pixel_shuffle", {{4, 3, 5}}, [](Tensor<3> x) {
    return Z(j.range(6), k.range(10)) = x(2 * (j % 2) + k % 2, j / 2, k / 2);
  });
  check("ramp", {{7}},
        [](Tensor<1> x) { return Z(i) = x(i) * cast(value(3 * i - 4), DType::f32); });
}

TEST(CompiledEquations, Reductions) {
  check("sum", {{7, 17}}, [](Tensor<2> x) { return Z(i) = sum(j)(x(i, j)); });
  check("columns", {{7, 17}}, [](Tensor<2> x) { return Z(j) = sum(i)(x(i, j)); });
  check("product", {{3, 7}}, [](Tensor<2> x) { return Z(i) = product(j)(x(i, j)); });
  check("max", {{7, 17}}, [](Tensor<2> x) { return Z(i) = max(j)(x(i, j)); });
  check("min", {{7, 17}}, [](Tensor<2> x) { return Z() = min(i, j)(x(i, j)); });
  check("mean", {{7, 17}}, [](Tensor<2> x) { return Z(j) = mean(i)(x(i, j)); });
  check("norm", {{7, 17}}, [](Tensor<2> x) { return Z(i) = sqrt(sum(j)(x(i, j) * x(i, j))); });
  check("nested", {{3, 7, 5}},
        [](Tensor<3> x) { return Z(i) = sum(j)(max(k)(x(i, j, k)) * min(k)(x(i, j, k))); });
}

TEST(CompiledEquations, Systems) {
  check("softmax", {{3, 17}}, [](Tensor<2> x) {
    const auto M = let(M_(i) = max(j)(x(i, j)));
    const auto E = let(E_(i, j) = exp(x(i, j) - M(i)));
    return Z(i, j) = E(i, j) / sum(k)(E(i, k));
  });
  check("layer_norm", {{3, 17}}, [](Tensor<2> x) {
    const auto M = let(M_(i) = mean(j)(x(i, j)));
    const auto S = let(S_(i) = mean(j)((x(i, j) - M(i)) * (x(i, j) - M(i))));
    return Z(i, j) = (x(i, j) - M(i)) / sqrt(S(i) + 1e-5);
  });
  check("separable", {{9, 11}, {3}}, [](Tensor<2> x, Tensor<1> w) {
    const auto across = let(M_(i, j) = sum(m)(x(i, j + m) * w(m)));
    return Z(i, j) = sum(m)(across(i + m, j) * w(m));
  });
}

TEST(CompiledEquations, ScalarFunctions) {
  const auto each = [](const char* name, auto function, ValueRange range = {-4, 4}) {
    check(name, {{33}}, [=](Tensor<1> x) { return Z(i) = function(x(i)); }, {.range = range});
  };
  each("abs", [](auto v) { return abs(v); });
  each("neg", [](auto v) { return -v; });
  each("exp", [](auto v) { return exp(v); }, {-90, 90});
  each("log", [](auto v) { return log(v); }, {0, 10});
  each("sqrt", [](auto v) { return sqrt(v); }, {0, 10});
  each("tanh", [](auto v) { return fovea::tanh(v); }, {-10, 10});
  each("erf", [](auto v) { return erf(v); });
  each("floor", [](auto v) { return floor(v); });
  each("ceil", [](auto v) { return ceil(v); });
  each("select", [](auto v) { return select(v < 0.5, v * 2.0, 1.0 - v); });
  each("less_equal", [](auto v) { return select(v <= 0.0, -1.0 * v, v); });
  each("clipped", [](auto v) { return min(max(v, -1.0), 1.0); });
  each("inverse", [](auto v) { return 1.0 / v; });
  check("pow", {{33}, {33}}, [](Tensor<1> x, Tensor<1> y) { return Z(i) = pow(x(i), y(i)); },
        {.range = {0.1, 3}});
}

TEST(CompiledEquations, OtherTypes) {
  for (DType dtype : {DType::f64, DType::i8, DType::u8, DType::i32, DType::i64}) {
    check("dot", {{7, 17}, {17, 3}},
          [](Tensor<2> a, Tensor<2> b) { return Z(i, k) = sum(j)(a(i, j) * b(j, k)); },
          {.dtype = dtype});
    check("extremes", {{7, 17}},
          [](Tensor<2> a) { return Z(i) = max(j)(a(i, j)) - min(j)(a(i, j)); }, {.dtype = dtype});
    check("padded", {{9}, {3}},
          [](Tensor<1> a, Tensor<1> w) {
            return Z(i.range(9)) = sum(m)(a(constant(i + m - 1, 7)) * w(m));
          },
          {.dtype = dtype});
  }
}

// A dimension of few elements at places of all kinds.
TEST(CompiledEquations, ComputedIndices) {
  const Types types{{DType::f32, {5, 7}}, {DType::i8, {9}}};
  const auto check = [&](const char* name, auto lambda) {
    check_definition(name, define(name, lambda).definition(types));
  };
  check("rows", [](Tensor<2> V, Tensor<1> P) { return Z(j, k) = V(P(j), k); });
  check("bag", [](Tensor<2> V, Tensor<1> P) { return Z(k) = sum(j)(V(wrap(P(j)), k)); });
  check("counted_from_the_end", [](Tensor<2> V, Tensor<1> P) {
    return Z(j, k) = V(select(P(j) < 0.0, P(j) + 5.0, P(j)), zero(k - 1)) * V(zero(P(j)), k);
  });
  check("of_the_largest", [](Tensor<2> V, Tensor<1> P) {
    const auto M = let(M_(i, k) = V(i, k) - max(l)(V(l, k)));
    return Z(j, k) = M(P(j), k) + V(P(j), P(j));
  });
}

TEST(CompiledEquations, Batches) {
  const auto pairs =
      define("pairs", [](Tensor<1> x, Tensor<1> w) { return Z(i) = sum(m)(x(i + m) * w(m)); });
  check_definition("mapped over a batch", pairs.definition({TensorType{DType::f32, {4, 3, 17}},
                                                            TensorType{DType::f32, {3}}}));
}

} // namespace
} // namespace fovea
