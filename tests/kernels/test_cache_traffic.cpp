// What loops around a tile fetch, and blocks of channels as indices of their own.
#include "compiler/kernels/blocks_apart.hpp"
#include "compiler/kernels/cache_traffic.hpp"
#include "compiler/kernels/rewrite.hpp"
#include "tests/kernels/forms.hpp"

#include <gmock/gmock.h>

namespace fovea::kernel_test {
namespace {

using catalogue::Layout;
using kernels::cache_traffic;
using kernels::CacheTraffic;
using kernels::order_of_least_traffic;
using kernels::TileLoop;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

// Z(i, p) = sum(c) V(c, p) K(i, c): 256 channels, 3136 pixels, 64 filters.
Definition matrix_product() {
  Builder builder("product");
  const int v = builder.operand("V", DType::f32, {256, 3136});
  const int k = builder.operand("K", DType::f32, {64, 256});
  const int z = builder.reduction("Z", {{"i", 64}, {"p", 3136}}, ReduceKind::sum, {{"c", 256}},
                                  mul(builder.read(v, {At(index(2)), At(index(1))}),
                                      builder.read(k, {At(index(0)), At(index(2))})));
  return builder.results({z});
}

// Tiles of 4 filters and 64 pixels: 16 by 49 of them.
const TileLoop filters{0, 16, 4}, pixels{1, 49, 64};

catalogue::Target target_with(int64_t l1, int64_t l2) {
  catalogue::Target target = test_target();
  target.l1_bytes = l1;
  target.l2_bytes = l2;
  return target;
}

TEST(CacheTraffic, OfEachOrderOfLoops) {
  const Definition product = matrix_product();
  const Equation& sum = product.equations[0];
  const catalogue::Target target = target_with(32 << 10, 512 << 10);
  constexpr double image = 256 * 3136 * 4, weights = 64 * 256 * 4;
  // The image, 3 MB, is walked for each of 16 tiles of filters; a tile's part of it, 64 KB, leaves
  // the first level with its 4 KB of weights.
  const CacheTraffic along_pixels = cache_traffic(product, sum, {filters, pixels}, target);
  EXPECT_EQ(along_pixels.beyond_l2, 16 * image + weights);
  EXPECT_EQ(along_pixels.beyond_l1, 16 * image + 49 * weights);
  // Here that part stays in the second level with all weights, for all filters.
  const CacheTraffic along_filters = cache_traffic(product, sum, {pixels, filters}, target);
  EXPECT_EQ(along_filters.beyond_l2, image + weights);
  EXPECT_EQ(along_filters.beyond_l1, 16 * image + 49 * weights);
}

TEST(CacheTraffic, WhatTheCacheHoldsIsFetchedOnce) {
  const Definition product = matrix_product();
  const CacheTraffic all = cache_traffic(product, product.equations[0], {filters, pixels},
                                         target_with(8 << 20, 8 << 20));
  EXPECT_EQ(all.beyond_l1, (256 * 3136 + 64 * 256) * 4);
  EXPECT_EQ(all.beyond_l2, all.beyond_l1);
}

// Rows of 10 pixels of 30 are whole lines of 64 bytes; whole rows lie beside each other.
TEST(CacheTraffic, CountsLines) {
  Builder builder("lines");
  const int v = builder.operand("V", DType::f32, {8, 30});
  const int z = builder.reduction("Z", {{"p", 30}}, ReduceKind::sum, {{"c", 8}},
                                  builder.read(v, {At(index(1)), At(index(0))}));
  const Definition definition = builder.results({z});
  const auto fetched = [&](int64_t bytes) {
    return cache_traffic(definition, definition.equations[0], {{0, 3, 10}},
                         target_with(bytes, bytes))
        .beyond_l1;
  };
  EXPECT_EQ(fetched(1 << 20), 960) << "8 rows of 120 bytes, as one: 15 lines";
  EXPECT_EQ(fetched(64), 3 * 8 * 64);
}

TEST(CacheTraffic, PixelsAreOutermostWhereTheImageLeavesTheCache) {
  const Definition product = matrix_product();
  const Equation& sum = product.equations[0];
  EXPECT_THAT(
      order_of_least_traffic(product, sum, {filters, pixels}, target_with(32 << 10, 512 << 10)),
      ElementsAre(1, 0));
  EXPECT_THAT(
      order_of_least_traffic(product, sum, {filters, pixels}, target_with(32 << 10, 8 << 20)),
      ElementsAre(0, 1))
      << "nothing leaves it: as written";
}

// --- blocks of channels ------------------------------------------------------------------------

Problem blocked_mean(int64_t channels) {
  Builder builder("mean");
  const int x = builder.operand("X", DType::f32, {channels, 49});
  const int s = builder.reduction("S", {{"c", channels}}, ReduceKind::sum, {{"p", 49}},
                                  builder.read(x, {At(index(0)), At(index(1))}));
  const int z = builder.equation("Z", {{"c", channels}},
                                 mul(builder.read(s, {At(index(0))}), constant(1.0 / 49)));
  Problem problem{builder.results({z}), test_target(), {}};
  problem.forms.operands = {Layout::blocked(0, 8)};
  return problem;
}

TEST(BlocksApart, SumsAndWhatReadsThem) {
  const Definition apart = kernels::blocks_apart(kernels::in_stored_forms(blocked_mean(24)));
  for (const Equation& equation : apart.equations) {
    ASSERT_EQ(equation.free.size(), 2u) << equation.name;
    EXPECT_EQ(equation.free[0].extent, 3);
    EXPECT_EQ(equation.free[1].extent, 8);
  }
  EXPECT_THAT(find_algorithm("generic").default_schedule(blocked_mean(24)).to_string(),
              HasSubstr("vectorize(c_i"));
}

// 20 channels are two blocks and half of one: the sum has no index for each.
TEST(BlocksApart, NotWhereTheLastBlockIsNotFull) {
  const Definition same = kernels::blocks_apart(kernels::in_stored_forms(blocked_mean(20)));
  EXPECT_EQ(same.equations[0].free.size(), 1u);
}

TEST(BlocksApart, GiveTheSame) {
  for (const int64_t channels : {16, 20, 24, 40})
    check_forms(find_algorithm("generic"), blocked_mean(channels));
}

} // namespace
} // namespace fovea::kernel_test
