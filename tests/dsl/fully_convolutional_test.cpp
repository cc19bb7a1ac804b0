// Classifiers that slide over larger images: at each place what the network says of the window
// there.
#include "expect_error.hpp"
#include "interpret.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace fovea {
namespace {

using namespace testing;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::vector<std::string> ops_of(const Network& network) {
  std::vector<std::string> ops;
  for (const NodeInfo& node : network.nodes())
    ops.push_back(node.op->name());
  return ops;
}
Shape output_shape(const Network& network) {
  return network.values()[static_cast<size_t>(network.outputs()[0].value)].type.shape;
}
// Numbers that repeat after 61 elements, so that a weight's contents do not depend on its shape.
Numbers numbers(const Shape& shape, int start) {
  Numbers list;
  for (int64_t k = 0; k < shape.elements(); ++k)
    list.push_back(std::sin(static_cast<double>((k + start) % 61)) / 4);
  return list;
}
Numbers answer(const Network& network, const Numbers& image) {
  std::vector<Numbers> operands = {image};
  for (const int value : network.parameters())
    operands.push_back(numbers(network.values()[static_cast<size_t>(value)].type.shape,
                               static_cast<int>(operands.size())));
  return interpret(definition_of(network), operands);
}

constexpr auto features = conv(3, 3) | relu | max_pool(2);
constexpr auto classifier =
    flatten | dense(5).named("fc1") | tanh | dropout | dense(4).named("fc2");

Network classifier_of(const Shape& image) {
  Network net("classifier");
  net.output("y", net.input("x", image, DType::f64) | features | classifier | softmax);
  return net;
}

TEST(FullyConvolutional, SaysOfEachWindowWhatTheNetworkSays) {
  const Network small = classifier_of({1, 2, 8, 10});
  const Network wide = fully_convolutional(small, {{"x", {1, 2, 12, 16}}});
  EXPECT_THAT(ops_of(wide), ElementsAre("conv", "relu", "max_pool", "conv", "tanh", "dropout",
                                        "conv", "softmax"));
  EXPECT_EQ(output_shape(wide), (Shape{1, 4, 3, 4}));
  const Numbers image = numbers({2, 12, 16}, 7), all = answer(wide, image);
  for (int64_t y = 0; y < 3; ++y)
    for (int64_t x = 0; x < 4; ++x) {
      Numbers window;
      for (int64_t c = 0; c < 2; ++c)
        for (int64_t row = 0; row < 8; ++row)
          for (int64_t column = 0; column < 10; ++column)
            window.push_back(
                image[static_cast<size_t>((c * 12 + 2 * y + row) * 16 + 2 * x + column)]);
      const Numbers expected = answer(small, window);
      for (int64_t k = 0; k < 4; ++k)
        EXPECT_NEAR(all[static_cast<size_t>((k * 3 + y) * 4 + x)], expected[static_cast<size_t>(k)],
                    1e-14)
            << y << " " << x;
    }
}

TEST(FullyConvolutional, SharesWeights) {
  Network net = classifier_of({1, 2, 8, 10});
  net.randomize(1);
  const Network wide = fully_convolutional(net);
  EXPECT_EQ(output_shape(wide), (Shape{1, 4, 1, 1}));
  for (size_t k = 0; k < net.parameters().size(); ++k) {
    const int value = net.parameters()[k], same = wide.parameters()[k];
    EXPECT_EQ(net.values()[static_cast<size_t>(value)].name,
              wide.values()[static_cast<size_t>(same)].name);
    EXPECT_EQ(net.weight(value).data, wide.weight(same).data);
  }
  const int fc1 = wide.parameters()[2];
  EXPECT_EQ(wide.values()[static_cast<size_t>(fc1)].name, "fc1.weight");
  EXPECT_EQ(wide.values()[static_cast<size_t>(fc1)].type.shape, (Shape{5, 3, 3, 4}));
}

// As networks from elsewhere write it.
TEST(FullyConvolutional, MatrixProductsAndPoolsThatPoolNothing) {
  Network net("imported");
  const Tensor<> map = net.input("x", {2, 3, 4, 4}) | adaptive_avg_pool({4, 4});
  const Tensor<> w = net.parameter("w", {6, 48}), b = net.parameter("b", {6});
  net.output("y", gemm(map | reshape({2, 48}), w, b, {.trans_b = true}) | log_softmax);
  const Network wide = fully_convolutional(net, {{"x", {2, 3, 5, 6}}});
  EXPECT_THAT(ops_of(wide), ElementsAre("conv", "log_softmax"));
  EXPECT_EQ(output_shape(wide), (Shape{2, 6, 2, 3}));
}

// What mixes all features stays: there and behind it nothing slides.
TEST(FullyConvolutional, LeavesWhatNeedsFeatures) {
  Network net("two heads");
  const Tensor<> map = net.input("x", {1, 3, 4, 4});
  net.output("y", map | flatten | dense(6) | relu);
  net.output("probabilities", map | flatten | softmax);
  const Network wide = fully_convolutional(net);
  EXPECT_THAT(ops_of(wide), ElementsAre("conv", "relu", "flatten", "softmax"));
  EXPECT_EQ(output_shape(wide), (Shape{1, 6, 1, 1}));
  EXPECT_THAT(error_of([&] {
                fully_convolutional(net, {{"x", {1, 4, 4, 4}}});
              }).what,
              HasSubstr("the weight has the wrong shape"));
}

TEST(FullyConvolutional, Errors) {
  Network plain("plain");
  plain.output("y", plain.input("x", {2, 9}) | dense(3));
  ErrorParts error = error_of([&] { fully_convolutional(plain); });
  EXPECT_EQ(error.what, "network 'plain' has no dense layer over a feature map");
  EXPECT_TRUE(error.where.known());
  const Network net = classifier_of({1, 2, 8, 10});
  EXPECT_EQ(error_of([&] {
              fully_convolutional(net, {{"z", {1}}});
            }).what,
            "network 'classifier' has no input 'z'");
  error = error_of([&] { fully_convolutional(net, {{"x", {1, 2, 6, 10}}}); });
  EXPECT_THAT(error.what, HasSubstr("conv 'fc1': the 3x4 kernel does not fit"));
}

} // namespace
} // namespace fovea
