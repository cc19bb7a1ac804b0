// Blocks as values: shapes in constant expressions, names, the type-erased Block, branches.
#include "expect_error.hpp"

#include <fovea/dsl.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace fovea {
namespace {

using namespace testing;
using ::testing::ElementsAre;

constexpr auto features = conv(6, 5, same).named("conv1") | tanh | avg_pool(2) |
                          conv(16, 5).named("conv2") | tanh | avg_pool(2) |
                          conv(120, 5).named("conv3") | tanh;
static_assert(shape_of(features, {1, 1, 28, 28}) == Shape{1, 120, 1, 1});

constexpr auto residual(int filters) {
  return skip(conv(filters, 3, same) | batch_norm | relu | conv(filters, 3, same) | batch_norm) |
         relu;
}
static_assert(shape_of(residual(7), {2, 7, 5, 6}) == Shape{2, 7, 5, 6});
static_assert(shape_of(skip(conv(8, 3, same, stride(2)), conv(8, 1, stride(2))), {1, 4, 9, 9}) ==
              Shape{1, 8, 5, 5});
static_assert(shape_of(concat(conv(2, 1), conv(3, 3, same), max_pool(3, stride(1), same)),
                       {1, 4, 5, 5}) == Shape{1, 9, 5, 5});
static_assert(shape_of(relu, {3, 4}) == Shape{3, 4});
static_assert(shape_of(tanh | max_pool({3, 2}), {1, 1, 6, 6}) == Shape{1, 1, 2, 3});

std::vector<std::string> layers(const Network& net) {
  std::vector<std::string> names;
  for (const NodeInfo& node : net.nodes())
    names.push_back(node.layer);
  return names;
}
std::vector<std::string> weights(const Network& net) {
  std::vector<std::string> names;
  for (int value : net.parameters())
    names.push_back(net.values()[static_cast<size_t>(value)].name);
  return names;
}

TEST(Blocks, ApplyToATensorInOrder) {
  Network net("features");
  const Tensor<> y = net.input("image", {1, 1, 28, 28}) | features;
  EXPECT_EQ(y.shape(), (Shape{1, 120, 1, 1}));
  EXPECT_THAT(layers(net), ElementsAre("conv1", "tanh", "avg_pool", "conv2", "tanh_2", "avg_pool_2",
                                       "conv3", "tanh_3"));
  EXPECT_THAT(weights(net), ElementsAre("conv1.weight", "conv1.bias", "conv2.weight", "conv2.bias",
                                        "conv3.weight", "conv3.bias"));
}

TEST(Blocks, NamesPrefixNamesInside) {
  constexpr auto block = (conv(2, 3, same).named("conv1") | batch_norm | relu).named("stem");
  Network net("names");
  net.input("image", {1, 1, 8, 8}) | block;
  EXPECT_THAT(layers(net), ElementsAre("stem.conv1", "stem.batch_norm", "stem.relu"));
  EXPECT_THAT(weights(net),
              ElementsAre("stem.conv1.weight", "stem.conv1.bias", "stem.batch_norm.weight",
                          "stem.batch_norm.bias", "stem.batch_norm.running_mean",
                          "stem.batch_norm.running_var"));
}

TEST(Blocks, ErasedBlocksAreMadeInLoops) {
  Block stages;
  for (int stage = 0; stage < 2; ++stage)
    stages |=
        Block(conv(2, 1, no_bias).named("conv") | relu).named("layer" + std::to_string(stage));
  Network net("loop");
  const Tensor<> y = net.input("x", {1, 1, 4, 4}) | stages.named("net");
  EXPECT_THAT(layers(net), ElementsAre("net.layer0.conv", "net.layer0.relu", "net.layer1.conv",
                                       "net.layer1.relu"));
  EXPECT_EQ(shape_of(stages, {1, 1, 4, 4}), y.shape());
}

TEST(Blocks, TheEmptyBlockIsTheIdentity) {
  Network net("empty");
  const Tensor<> x = net.input("x", {1, 3});
  EXPECT_EQ((x | Block()).value(), x.value());
  EXPECT_EQ(shape_of(Block(), {1, 3}), (Shape{1, 3}));
  EXPECT_EQ((x | Block(relu)).shape(), (Shape{1, 3}));
  EXPECT_TRUE(net.nodes().size() == 1);
}

TEST(Blocks, AddingToABlockLeavesItsCopiesAlone) {
  Block first = conv(2, 1);
  const Block copy = first;
  first |= conv(3, 1);
  EXPECT_EQ(shape_of(copy, {1, 1, 4, 4}), (Shape{1, 2, 4, 4}));
  EXPECT_EQ(shape_of(first, {1, 1, 4, 4}), (Shape{1, 3, 4, 4}));
}

TEST(Blocks, OneBlockTwiceSharesNoWeights) {
  constexpr auto block = conv(1, 1, no_bias) | relu;
  Network net("twice");
  net.input("x", {1, 1, 4, 4}) | block | block;
  EXPECT_THAT(weights(net), ElementsAre("conv.weight", "conv_2.weight"));
}

TEST(Blocks, SkipsAndBranches) {
  Network net("inception");
  const Tensor<> x = net.input("x", {1, 4, 6, 6});
  const Tensor<> y = x | skip(conv(4, 3, same)) | concat(conv(2, 1), conv(3, 3, same) | relu);
  EXPECT_EQ(y.shape(), (Shape{1, 5, 6, 6}));
  EXPECT_THAT(layers(net), ElementsAre("conv", "add", "conv_2", "conv_3", "relu", "concat"));
  // Both ways of the skip start from the same value.
  EXPECT_EQ(net.nodes()[1].operands[0], x.value());
}

TEST(Blocks, OperatorsOnTensors) {
  Network net("operators");
  const Tensor<> a = net.input("a", {2, 3}), b = net.input("b", {3});
  const Tensor<> quotient = b / a;
  EXPECT_EQ(((a + b) * a - quotient).shape(), (Shape{2, 3}));
  EXPECT_EQ(maximum(a, minimum(a, b)).shape(), (Shape{2, 3}));
  EXPECT_THAT(layers(net), ElementsAre("div", "add", "mul", "sub", "minimum", "maximum"));
}

TEST(Blocks, ShapeOfThrowsAtRunTime) {
  const auto error = error_of([] { shape_of(conv(6, 5), {1, 1, 3, 3}); });
  EXPECT_EQ(error.what, "shape_of: the 5x5 kernel does not fit its 3x3 input");
  EXPECT_EQ(error.expected, "padded extent >= 5");
  EXPECT_EQ(error.detail, "input 1x1x3x3");
}

TEST(Blocks, LongestName) {
  constexpr auto layer =
      conv(1, 1, no_bias).named("a_name_of_sixty_three_characters_which_is_the_most_one_may_have");
  Network net("name");
  net.input("x", {1, 1, 4}) | layer;
  EXPECT_EQ(net.nodes()[0].layer.size(), 63u);
}

} // namespace
} // namespace fovea
