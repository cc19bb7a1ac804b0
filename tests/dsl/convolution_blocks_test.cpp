// Convolutions that are made of others: causal, separable, deformable and involution with what they
// read at.
#include "expect_error.hpp"
#include "interpret.hpp"

#include <fovea/definition/interpreter.hpp>
#include <fovea/dsl.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace fovea {
namespace {

using namespace testing;
using ::testing::ElementsAre;

static_assert(shape_of(causal_conv(8, 3, dilation(4)), {1, 2, 20}) == Shape{1, 8, 20});
static_assert(shape_of(causal_conv(8, {3, 2}, stride(2)), {1, 2, 9, 8}) == Shape{1, 8, 5, 4});
static_assert(shape_of(depthwise_separable_conv(8, 3, same, stride(2)), {1, 6, 9, 8}) ==
              Shape{1, 8, 5, 4});
static_assert(shape_of(spatially_separable_conv(8, {3, 5}), {1, 6, 9, 8}) == Shape{1, 8, 7, 4});
static_assert(shape_of(spatially_separable_conv(8, 3, pad(1), stride(2)), {1, 6, 9, 8, 7}) ==
              Shape{1, 8, 5, 4, 4});
static_assert(shape_of(deform_conv(8, 3, same) | relu, {1, 6, 9, 8}) == Shape{1, 8, 9, 8});
static_assert(shape_of(modulated_deform_conv(8, 3, stride(2)), {1, 6, 9, 8}) == Shape{1, 8, 4, 3});
static_assert(shape_of(involution(7, groups(2)), {1, 6, 9, 8}) == Shape{1, 6, 9, 8});
static_assert(shape_of(involution(3, stride(2), reduction(2)), {1, 6, 9, 8}) == Shape{1, 6, 5, 4});

std::vector<std::string> nodes_of(const Network& net) {
  std::vector<std::string> list;
  for (const NodeInfo& node : net.nodes()) {
    std::string line = node.op->name();
    for (const auto& [name, value] : node.op->chosen_attributes())
      line += " " + name + "=" + to_string(value);
    list.push_back(line);
  }
  return list;
}

template <IsBlock B>
std::vector<std::string> nodes_of(const B& block, const Shape& input) {
  Network net("net");
  net.input("x", input) | block;
  return nodes_of(net);
}

// torch.nn.functional.conv1d(torch.nn.functional.pad(x, (4, 0)), w, dilation=2), x = 1 .. 6 and
// w = 1, 10, 100
TEST(CausalConv, SeesWhatIsBefore) {
  EXPECT_EQ(interpret(causal_conv(1, 3, dilation(2), no_bias),
                      {{{1, 1, 6}, {1, 2, 3, 4, 5, 6}}, {{1, 1, 3}, {1, 10, 100}}}),
            (Numbers{100, 200, 310, 420, 531, 642}));
  const Layer<ops::Conv> layer = causal_conv(1, {3, 2}, dilation({1, 5}));
  EXPECT_EQ(layer.op.pad_begin, (Shape{2, 5}));
  EXPECT_EQ(causal_conv(1, 0).op.infer({{DType::f32, {1, 1, 6}}}).error.what,
            std::string("the kernel size does not fit the input {in}"));
}

TEST(SeparableConv, IsItsParts) {
  EXPECT_THAT(nodes_of(depthwise_separable_conv(8, {3, 5}, same, no_bias), {1, 6, 9, 8}),
              ElementsAre("conv filters=6 kernel=3x5 padding=same groups=6 bias=no",
                          "conv filters=8 bias=no"));
  EXPECT_THAT(nodes_of(spatially_separable_conv(8, 3, stride({2, 1}), pad(1)), {1, 6, 9, 8}),
              ElementsAre("conv filters=8 kernel=3x1 stride=2x1 padding=explicit pad_begin=1x0 "
                          "pad_end=1x0 bias=no",
                          "conv filters=8 kernel=1x3 padding=explicit pad_begin=0x1 pad_end=0x1"));
}

// The first kernels times the second ones: 1, 2, 1 down and -1, 0, 1 across make Sobel's.
TEST(SeparableConv, OfAnOuterProductIsConv) {
  Network parts("parts"), whole("whole");
  const Shape shape{1, 1, 5, 6};
  parts.output("y", parts.input("x", shape) | spatially_separable_conv(1, 3, same, no_bias));
  whole.output("y", whole.input("x", shape) | conv(1, 3, same, no_bias));
  std::vector<float> x, down{1, 2, 1}, across{-1, 0, 1}, sobel{-1, 0, 1, -2, 0, 2, -1, 0, 1};
  for (int k = 0; k < 30; ++k)
    x.push_back(static_cast<float>(k * 7 % 11));
  const auto values = [](const Network& net, const std::vector<const void*>& operands) {
    const Definition definition = definition_of(net);
    Interpreter interpreter(definition, reader_of(definition, operands));
    Numbers list;
    for (const Value& value : interpreter.all(0))
      list.push_back(value.real);
    return list;
  };
  EXPECT_EQ(values(parts, {x.data(), down.data(), across.data()}),
            values(whole, {x.data(), sobel.data()}));
}

TEST(DeformableConv, MakesItsOffsets) {
  EXPECT_THAT(
      nodes_of(deform_conv(8, 3, same, stride(2), offset_groups(2)), {1, 6, 9, 8}),
      ElementsAre("conv filters=36 kernel=3x3 stride=2x2 padding=same",
                  "deform_conv filters=8 kernel=3x3 stride=2x2 padding=same offset_groups=2"));
  EXPECT_THAT(nodes_of(modulated_deform_conv(8, 3), {1, 6, 9, 8}),
              ElementsAre("conv filters=27 kernel=3x3",
                          "slice axes=1 begin=18 end=9223372036854775807 step=1", "sigmoid",
                          "slice axes=1 begin=0 end=18 step=1",
                          "modulated_deform_conv filters=8 kernel=3x3"));
}

TEST(InvolutionBlock, MakesItsKernels) {
  EXPECT_THAT(nodes_of(involution(3, groups(2), reduction(3)), {1, 6, 9, 8}),
              ElementsAre("conv filters=2", "batch_norm", "relu", "conv filters=18",
                          "involution kernel=3x3 padding=same groups=2"));
  EXPECT_THAT(nodes_of(involution(3, stride(2)), {1, 6, 9, 8}),
              ElementsAre("avg_pool kernel=2x2 stride=2x2 ceil_mode=yes", "conv", "batch_norm",
                          "relu", "conv filters=9",
                          "involution kernel=3x3 stride=2x2 padding=same"));
}

TEST(ConvolutionBlocks, RefuseWithTheirLine) {
  Network net("net");
  const Tensor<> x = net.input("x", {1, 6, 5, 5});
  const auto what = [&](const auto& block) { return error_of([&] { x | block; }).what; };
  EXPECT_EQ(what(deform_conv(8, 7)), "conv 'conv': the 7x7 kernel does not fit its 5x5 input");
  EXPECT_EQ(what(deform_conv(8, 3, offset_groups(4))),
            "deform_conv 'deform_conv': 4 groups of offsets do not divide its 6 channels");
  EXPECT_EQ(what(involution(3, groups(4))),
            "involution 'involution': 4 groups do not divide its 6 channels");
  EXPECT_EQ(what(involution(3, reduction(0))), "conv 'conv_4': the number of filters is below 1");
  EXPECT_EQ(what(depthwise_separable_conv(8, 7)),
            "conv 'conv_4': the 7x7 kernel does not fit its 5x5 input");
  EXPECT_EQ(what(spatially_separable_conv(8, {3, 3, 3})),
            "conv 'conv_4': the kernel size does not fit the input 1x6x5x5");
  const ErrorParts parts = error_of([&] { x | spatially_separable_conv(8, 7); });
  EXPECT_EQ(parts.where.line, static_cast<uint32_t>(__LINE__ - 1));
}

} // namespace
} // namespace fovea
