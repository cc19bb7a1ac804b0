// Sums in which each weight is used once: what windows see is put in the weights' order.
#include "compiler/kernels/normalise.hpp"
#include "compiler/kernels/terms_in_rows.hpp"
#include "tests/kernels/forms.hpp"

#include <gmock/gmock.h>

namespace fovea::kernel_test {
namespace {

using kernels::terms_in_rows;
using ::testing::HasSubstr;

// Z(i, y, x) = sum(l, m, n) V(l, s y + m - p, s x + n - p) K(i, y, x, l, m, n)
struct Unshared {
  int64_t channels, filters, height, width, rows, columns, stride = 1, padding = 0;
  Boundary rule = Boundary::fill;
  DType type = DType::f32;

  Definition definition() const {
    Builder builder("unshared");
    const int64_t high = (height + 2 * padding - rows) / stride + 1;
    const int64_t wide = (width + 2 * padding - columns) / stride + 1;
    const int v = builder.operand("V", type, {channels, height, width});
    const int k = builder.operand("K", type, {filters, high, wide, channels, rows, columns});
    const auto at = [&](int place, int tap) {
      const IndexExpr position = index(place) * stride + index(tap) - fixed(padding);
      return padding == 0             ? At(position)
             : rule == Boundary::fill ? At(position, rule, constant(0, type))
                                      : At(position, rule);
    };
    const Expr body = mul(builder.read(v, {At(index(3)), at(1, 4), at(2, 5)}),
                          builder.read(k, {At(index(0)), At(index(1)), At(index(2)), At(index(3)),
                                           At(index(4)), At(index(5))}));
    return builder.results(
        {builder.reduction("Z", {{"i", filters}, {"y", high}, {"x", wide}}, ReduceKind::sum,
                           {{"l", channels}, {"m", rows}, {"n", columns}}, body)});
  }
};

std::vector<int64_t> extents(const Equation& equation) {
  return equation.shape().to_vector();
}

TEST(TermsInRows, AreTheWeightsOrder) {
  const Definition definition = terms_in_rows(Unshared{4, 8, 20, 18, 3, 5}.definition());
  ASSERT_EQ(definition.equations.size(), 2u);
  EXPECT_EQ(extents(definition.equations[0]), (std::vector<int64_t>{18, 14, 60}));
  EXPECT_EQ(definition.operands[1].type.shape, (Shape{8, 18, 14, 60}));
  ASSERT_EQ(definition.equations[1].reduced.size(), 1u);
  EXPECT_EQ(definition.equations[1].reduced[0].extent, 60);
}

TEST(TermsInRows, AreComputed) {
  uint32_t seed = 1;
  for (const Unshared& layer : {Unshared{4, 8, 20, 18, 3, 5}, Unshared{3, 6, 21, 21, 3, 3, 1, 1},
                                Unshared{3, 8, 40, 33, 3, 3, 2, 1, Boundary::reflect},
                                Unshared{1, 16, 17, 17, 5, 5, 1, 2, Boundary::clamp},
                                Unshared{2, 16, 16, 16, 3, 3, 1, 1, Boundary::wrap},
                                Unshared{40, 12, 12, 13, 1, 1}, // as many as channels, far apart
                                Unshared{3, 8, 20, 20, 3, 3, 1, 1, Boundary::fill, DType::f64}}) {
    ASSERT_EQ(terms_in_rows(layer.definition()).equations.size(), 2u);
    check(layer.definition(), std::nullopt, seed++);
  }
}

TEST(TermsInRows, OnlyWhereItPays) {
  const auto stays = [](const Definition& definition) {
    return canonical_text(terms_in_rows(definition)) == canonical_text(definition);
  };
  EXPECT_TRUE(stays(Unshared{4, 2, 40, 40, 3, 3}.definition())) << "two filters share windows";
  EXPECT_TRUE(stays(Unshared{2, 8, 8, 8, 3, 3}.definition())) << "weights in the cache";
  EXPECT_TRUE(stays(Unshared{2, 64, 30, 30, 1, 2}.definition())) << "fewer terms than a vector";
  EXPECT_TRUE(stays(convolution({1, 16, 56, 56}, 64, {3, 3}, 1, 1))) << "weights that are shared";
  // Channels last: rows of the image are as good.
  Builder builder("last");
  const int v = builder.operand("V", DType::f32, {30, 40});
  const int k = builder.operand("K", DType::f32, {70, 28, 3, 40});
  const Expr body = mul(builder.read(v, {At(index(1) + index(2)), At(index(3))}),
                        builder.read(k, {At(index(0)), At(index(1)), At(index(2)), At(index(3))}));
  EXPECT_TRUE(stays(builder.results({builder.reduction("Z", {{"i", 70}, {"y", 28}}, ReduceKind::sum,
                                                       {{"m", 3}, {"l", 40}}, body)})));
}

// One place after the other is written out, and none of them is computed while the kernel runs.
TEST(TermsInRows, PlacesAreConstants) {
  const std::string text =
      generic_schedule(Unshared{4, 8, 20, 18, 3, 5}.definition(), test_target());
  EXPECT_THAT(text, HasSubstr("Z_sum_terms: compute_root split(t, t_o, t_i, 15) unroll(t_i)"));
  EXPECT_THAT(text, HasSubstr("rfactor(t, lane"));
}

} // namespace
} // namespace fovea::kernel_test
