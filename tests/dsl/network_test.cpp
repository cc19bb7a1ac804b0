// The captured graph, and whole networks as one definition.
#include "expect_error.hpp"
#include "torch_values.hpp"

#include <fovea/definition/interpreter.hpp>
#include <fovea/dsl.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace fovea {
namespace {

using namespace testing;
using ::testing::ElementsAre;

TEST(Network, CapturesWhatIsApplied) {
  Network net("small");
  const Tensor<> x = net.input("image", {2, 1, 6, 6});
  const Tensor<> y = x | conv(3, 3).named("conv1") | relu;
  net.output("maps", y);
  EXPECT_EQ(net.name(), "small");
  ASSERT_EQ(net.nodes().size(), 2u);
  const NodeInfo& node = net.nodes()[0];
  EXPECT_EQ(node.op->name(), "conv");
  ASSERT_EQ(node.operands.size(), 3u);
  EXPECT_EQ(node.operands[0], x.value());
  EXPECT_EQ(net.values()[static_cast<size_t>(node.operands[1])].name, "conv1.weight");
  EXPECT_EQ(net.values()[static_cast<size_t>(node.operands[1])].type.shape, (Shape{3, 1, 3, 3}));
  EXPECT_EQ(net.trail(y.value()), "image -> conv1 -> relu");
  EXPECT_EQ(net.outputs()[0].value, y.value());
}

TEST(Network, HandlesShareOneGraph) {
  Tensor<> y;
  {
    Network net("short");
    Network copy = net;
    y = copy.input("x", {3}) | relu;
    EXPECT_EQ(net.nodes().size(), 1u);
  }
  EXPECT_EQ(y.shape(), (Shape{3})); // the graph lives on
  EXPECT_EQ(y.network().name(), "short");
}

// What one wrote for all spatial dimensions is written out when the rank is known.
TEST(Network, ExpandsAttributes) {
  Network net("expanded");
  net.input("x", {1, 1, 6, 6}) | conv(3, 3, pad(1));
  for (const auto& [name, value] : net.nodes()[0].op->attributes())
    if (name == "kernel" || name == "pad_begin") {
      EXPECT_EQ(std::get<std::vector<int64_t>>(value).size(), 2u) << name;
    }
}

TEST(Network, RemembersTheLinesOfTheUser) {
  Network net("lines");
  const Tensor<> x = net.input("x", {1, 1, 6, 6});
  const unsigned input_line = __LINE__ - 1;
  x | conv(3, 3).named("c");
  const unsigned conv_line = __LINE__ - 1;
  EXPECT_EQ(net.values()[static_cast<size_t>(x.value())].location.line, input_line);
  EXPECT_EQ(net.nodes()[0].location.line, conv_line);
  EXPECT_STREQ(net.nodes()[0].location.file, __FILE__);
  x | relu; // `|` records nothing: the input's line is near
  EXPECT_EQ(net.nodes()[1].location.line, input_line);
}

TEST(Network, WeightsAreSetByName) {
  Network net("weights");
  net.output("y", net.input("x", {1, 2}) | dense(1).named("fc"));
  const int weight = net.parameters()[0];
  EXPECT_EQ(net.weight(weight).data, nullptr);
  float values[] = {3, 4};
  net.set_weight("fc.weight", values, sizeof values);
  values[0] = 7; // they were copied
  EXPECT_EQ(static_cast<const float*>(net.weight(weight).data)[0], 3);
}

TEST(Network, RandomWeightsAreRepeatableAndKeepWhatIsSet) {
  const auto make = [](uint64_t seed) {
    Network net("random");
    net.output("y", net.input("x", {1, 3, 4, 4}) | conv(4, 3).named("c") | batch_norm);
    const float bias[] = {1, 2, 3, 4};
    net.set_weight("c.bias", bias, sizeof bias);
    net.randomize(seed);
    std::vector<float> all;
    for (int value : net.parameters()) {
      const auto count = net.values()[static_cast<size_t>(value)].type.shape.elements();
      const auto* data = static_cast<const float*>(net.weight(value).data);
      all.insert(all.end(), data, data + count);
    }
    return all;
  };
  const std::vector<float> first = make(1);
  ASSERT_EQ(first.size(), 108u + 4 + 16);
  EXPECT_EQ(first, make(1));
  EXPECT_NE(first, make(2));
  EXPECT_EQ(first[109], 2);
  EXPECT_TRUE(
      std::all_of(first.end() - 4, first.end(), [](float v) { return v > 0; })); // variances
}

TEST(Network, IsOneDefinition) {
  Network net("two_results");
  const Tensor<> x = net.input("x", {2, 3});
  const Tensor<> y = x | dense(2, no_bias).named("fc");
  net.output("sum", y + y);
  net.output("soft", y | softmax);
  const Definition definition = definition_of(net);
  ASSERT_EQ(definition.operands.size(), 2u);
  EXPECT_EQ(definition.operands[1].name, "fc.weight");
  const float image[] = {1, 2, 3, -1, 0, 1}, weight[] = {1, 0, 1, 0, 1, 0};
  Interpreter interpreter(definition, reader_of(definition, {image, weight}));
  std::vector<double> sums;
  for (const Value& value : interpreter.all(0))
    sums.push_back(value.real);
  EXPECT_THAT(sums, ElementsAre(8, 4, 0, 0));
  EXPECT_EQ(interpreter.element(1, {1, 0}).real, 0.5);
}

TEST(Network, AnInputIsNoResultOfADefinition) {
  Network net("through");
  net.output("y", net.input("x", {3}));
  EXPECT_EQ(error_of([&] { definition_of(net); }).what,
            "output 'y' is an input or a weight itself");
}

// A network written as layers, with trained weights, against another framework's results.
TEST(Network, LeNet5GivesTheSoftmaxOfAnotherFramework) {
  Network net("lenet5");
  net.output("probs", net.input("image", {1, 1, 28, 28}) | conv(6, 5, same).named("conv1") | tanh |
                          avg_pool(2) | conv(16, 5).named("conv2") | tanh | avg_pool(2) |
                          conv(120, 5).named("conv3") | tanh | flatten | dense(84).named("fc1") |
                          tanh | dense(10).named("fc2") | softmax);
  const auto weights = host::read_safetensors(repository_file("examples/data/lenet5.safetensors"));
  const auto images = host::read_idx(repository_file("examples/data/t10k-images-idx3-ubyte.gz"));
  const auto expected = host::read_npy(repository_file("examples/data/t10k_first256_softmax.npy"));
  const Definition definition = definition_of(net);
  for (size_t image = 0; image < 2; ++image) {
    std::vector<float> pixels;
    for (uint8_t pixel : images.data<uint8_t>().subspan(image * 784, 784))
      pixels.push_back(static_cast<float>(pixel) / 255);
    std::vector<const void*> operands{pixels.data()};
    for (size_t k = 1; k < definition.operands.size(); ++k)
      operands.push_back(weights.at(definition.operands[k].name).bytes());
    Interpreter interpreter(definition, reader_of(definition, operands));
    for (int64_t digit = 0; digit < 10; ++digit)
      EXPECT_NEAR(interpreter.element(0, {0, digit}).real,
                  expected.data<float>()[image * 10 + static_cast<size_t>(digit)], 1e-5)
          << "image " << image << ", digit " << digit;
  }
}

} // namespace
} // namespace fovea
