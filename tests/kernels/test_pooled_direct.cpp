// Convolutions of whose result only what pooling makes of whole maps is kept.
#include "tests/kernels/forms.hpp"
#include "tests/kernels/stacked.hpp"

#include <fovea/dsl.hpp>

#include <limits>

namespace fovea::kernel_test {
namespace {

using catalogue::Layout;
using catalogue::Machine;

const Algorithm& pooled_direct() {
  return find_algorithm("pooled_direct");
}

TensorType result_of(const Definition& definition) {
  return definition.type_of(definition.tensor_of_equation(definition.results[0]));
}

template <class Op>
Definition pooled(const Definition& map, const Op& op = {}) {
  return stacked(map, op.definition({result_of(map)}));
}

// Row-major tensors, then image and result in blocks.
void check_layouts(const Definition& definition, const catalogue::Target& target,
                   const FormsOptions& options = {}) {
  Problem problem{definition, target, {}};
  ASSERT_TRUE(pooled_direct().matches(problem)) << to_string(definition);
  check_forms(pooled_direct(), problem, options);
  problem = as_preferred(pooled_direct(), definition, target);
  problem.forms.results = {Layout::blocked(1, target.lanes(4))};
  ASSERT_TRUE(pooled_direct().matches(problem)) << to_string(definition);
  check_forms(pooled_direct(), problem, options);
}

// From less than one vector to several tiles with one that is not full.
TEST(PooledDirect, OfAnyNumberOfChannels) {
  size_t k = 0;
  for (const int64_t filters : {3, 16, 17, 100, 161}) {
    const Definition map = convolution({k % 2 ? 3 : 1, 17, 5, 7}, filters, {1, 1});
    const catalogue::Target target = instruction_sets()[k++ % instruction_sets().size()];
    check_layouts(pooled<ops::GlobalAvgPool>(with_epilogue(map, Epilogue::relu)), target);
    check_layouts(pooled<ops::GlobalMaxPool>(with_epilogue(map, Epilogue::residual)), target);
  }
}

TEST(PooledDirect, OfWindowsAndOneOrThreeDimensions) {
  for (const catalogue::Target& target : instruction_sets()) {
    check_layouts(pooled<ops::GlobalAvgPool>(convolution({1, 8, 9, 10}, 33, {3, 3}, 2, 1)), target);
    check_layouts(pooled<ops::GlobalAvgPool>(convolution({2, 3, 40}, 17, {5}, 1, 2)), target);
    check_layouts(pooled<ops::GlobalMaxPool>(convolution({2, 5, 3, 4, 5}, 24, {1, 1, 1})), target);
  }
}

// A window that is as large as the map, in whose epilogue the average is scaled.
TEST(PooledDirect, OfAveragesOverWindowsThatSeeTheWholeMap) {
  ops::AvgPool op;
  op.kernel = op.stride = {6};
  op.expand_window(2);
  const Definition average = pooled(convolution({2, 8, 6, 6}, 40, {1, 1}), op);
  for (const catalogue::Target& target : instruction_sets())
    for (const Epilogue epilogue : {Epilogue::none, Epilogue::tanh, Epilogue::residual})
      check_layouts(with_epilogue(average, epilogue), target);
}

// Tokens: the columns are innermost, the rows averaged.
TEST(PooledDirect, OfRowsOfAMatrixProduct) {
  for (const int64_t batch : {1, 3}) {
    ops::Dense dense;
    dense.outputs = 40;
    const Definition tokens =
        dense.definition(operands_of(dense, {TensorType{DType::f32, {batch, 11, 24}}}));
    Builder mean("mean");
    const int x = mean.operand("X", DType::f32, result_of(tokens).shape);
    mean.reduction("Z", {{"b", batch}, {"c", 40}}, ReduceKind::sum, {{"t", 11}},
                   mean.read(x, {index(0), index(2), index(1)}));
    const Definition sum = mean.results({x + 1});
    check_forms(pooled_direct(), {stacked(tokens, sum), test_target(), {}});
  }
}

TEST(PooledDirect, InParallel) {
  for (const int threads : {1, 2, 4}) {
    catalogue::Target target = test_target();
    target.threads = threads;
    for (const int64_t batch : {1, 3})
      check_layouts(pooled<ops::GlobalAvgPool>(
                        with_epilogue(convolution({batch, 64, 7, 7}, 250, {1, 1}), Epilogue::relu)),
                    target, {.most_elements = 64});
  }
}

TEST(PooledDirect, KeepsInfinitiesAndNaN) {
  for (const catalogue::Target& target : instruction_sets()) {
    const Definition map = with_epilogue(convolution({2, 8, 5, 5}, 40, {1, 1}), Epilogue::relu);
    const FormsOptions options{.seed = 3, .special_values = true};
    check_layouts(pooled<ops::GlobalAvgPool>(map), target, options);
    check_layouts(pooled<ops::GlobalMaxPool>(map), target, options);
  }
}

// Of the map only what one tile of channels has: 49 pixels of at most 8 vectors.
TEST(PooledDirect, NeedsMemoryForSomeMapsAlone) {
  catalogue::Target target = test_target();
  target.threads = 1;
  const Definition definition =
      pooled<ops::GlobalAvgPool>(convolution({1, 320, 7, 7}, 1280, {1, 1}));
  const Problem problem = as_preferred(pooled_direct(), definition, target);
  EXPECT_LT(pooled_direct().workspace_bytes(problem, pooled_direct().default_schedule(problem)),
            49 * 8 * target.lanes(4) * 4 + 2 * 1280 * 4);
}

TEST(PooledDirect, RefusesWhatItWouldComputeOtherwise) {
  const auto matches = [](const Definition& definition) {
    return pooled_direct().matches({definition, test_target(), {}});
  };
  const Definition map = convolution({1, 8, 6, 6}, 17, {1, 1});
  const Definition usual = pooled<ops::GlobalAvgPool>(map);
  EXPECT_TRUE(matches(usual));
  EXPECT_FALSE(matches(map)) << "no pooling";
  ops::AvgPool windows;
  windows.kernel = windows.stride = {3};
  windows.expand_window(2);
  EXPECT_FALSE(matches(pooled(map, windows))) << "four windows of a map";
  EXPECT_FALSE(matches(pooled<ops::GlobalAvgPool>(convolution({1, 8, 6, 6}, 8, {3, 3}, 1, 1, 8))))
      << "channel by channel";
  Definition both = usual; // the map is a result, too
  both.results.insert(both.results.begin(), 0);
  EXPECT_FALSE(matches(both));
}

// What the map's way through the cache and a kernel of its own take; where an image does not stay
// in the cache while tile after tile of channels walks it, it is better walked once.
TEST(PooledDirect, CostsLessWhereTheImageStaysInTheCache) {
  catalogue::Target target = test_target();
  target.threads = 1;
  const Machine machine = Machine::nominal(target);
  const catalogue::Catalogue all = kernels::make_catalogue(), fused({&pooled_direct()});
  const auto seconds = [&](const catalogue::Catalogue& catalogue, const Definition& definition) {
    double least = std::numeric_limits<double>::infinity();
    for (const catalogue::Candidate& one : catalogue.matching_as_preferred(
             {definition, target, {}}, std::vector<bool>(definition.operands.size(), true), {}))
      least = std::min(least, one.algorithm->cost(one.problem, machine).seconds);
    return least;
  };
  const auto gain = [&](const Definition& map) { // of one kernel over two
    const Definition pooling = ops::GlobalAvgPool{}.definition({result_of(map)});
    return (seconds(all, map) + seconds(all, pooling)) /
           seconds(fused, pooled<ops::GlobalAvgPool>(map));
  };
  EXPECT_GT(gain(convolution({1, 320, 7, 7}, 1280, {1, 1})), 1);
  EXPECT_LT(gain(convolution({1, 512, 56, 56}, 512, {1, 1})), 1);
}

} // namespace
} // namespace fovea::kernel_test
