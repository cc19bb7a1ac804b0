// Convolutions whose intermediate results need not be in memory are one kernel.
#include "tests/driver/networks.hpp"

#include <cmath>
#include <limits>

namespace fovea {
namespace {

using testing::expect_reference;
using testing::random_array;

// As in MobileNetV2: wider, channel by channel, narrower, and the image itself.
Network inverted_residual() {
  Network net("block");
  const Tensor<> x = net.input("x", {1, 16, 64, 62});
  const Tensor<> y = x | conv(96, 1).named("widen") | relu6 |
                     conv(96, 3, same, groups(96)).named("windows") | relu6 |
                     conv(16, 1).named("narrow");
  net.output("y", x + y);
  net.randomize(3);
  return net;
}

// A machine whose caches do not hold what lies between, 1.5 MB each: however busy the machine is
// that is measured, memory takes longer than the chain.
CompileOptions small_caches() {
  CompileOptions options;
  options.target = catalogue::Target::host();
  options.target->l2_bytes = options.target->l3_bytes = 300'000;
  return options;
}

std::vector<std::string> algorithms_of(const Model& model) {
  std::vector<std::string> names;
  for (const auto& kernel : model.kernels())
    names.push_back(kernel.algorithm);
  return names;
}

TEST(Chains, OfLargeMapsAreOneKernel) {
  const Network net = inverted_residual();
  const Model model = compile(net, small_caches());
  EXPECT_EQ(algorithms_of(model), std::vector<std::string>{"row_chain"});
  const Array<float> x = random_array(model.inputs()[0].type.shape, 5);
  expect_reference(net, {x.data()}, {model(x)});
}

TEST(Chains, LeaveLayersAloneThatTheUserChoseFor) {
  const Network net = inverted_residual();
  CompileOptions options = small_caches();
  options.algorithms = {{"windows", "depthwise"}};
  const Model model = compile(net, options);
  EXPECT_EQ(model.kernels().size(), 3u);
  const Array<float> x = random_array(model.inputs()[0].type.shape, 5);
  expect_reference(net, {x.data()}, {model(x)});
}

// NaN and infinities go where they go in kernels of their own.
TEST(Chains, PassOnWhatIsNoNumber) {
  const Network net = inverted_residual();
  const Model chain = compile(net, small_caches());
  CompileOptions apart = small_caches();
  apart.algorithms = {{"widen", "direct"}, {"windows", "depthwise"}, {"narrow", "direct"}};
  const Model three = compile(net, apart);
  Array<float> x = random_array(chain.inputs()[0].type.shape, 6);
  x.data()[100] = std::numeric_limits<float>::quiet_NaN();
  x.data()[1000] = std::numeric_limits<float>::infinity();
  const Array<float> one = chain(x), other = three(x);
  for (int64_t k = 0; k < one.size(); ++k)
    ASSERT_EQ(std::isnan(one.data()[k]), std::isnan(other.data()[k])) << k;
}

// The end of a classifier: only averages of its last maps are wanted.
Network classifier_head(int64_t kernel) {
  Network net("head");
  const Tensor<> x = net.input("x", {2, 24, 7, 6});
  net.output("y", x | conv(40, kernel, same).named("last") | relu6 | global_avg_pool);
  net.randomize(4);
  return net;
}

TEST(Chains, NeverMakeMapsOfWhichOnlyAveragesAreWanted) {
  const Network net = classifier_head(1);
  CompileOptions options;
  options.target = catalogue::Target::host();
  const Model model = compile(net, options);
  EXPECT_EQ(algorithms_of(model), std::vector<std::string>{"pooled_direct"});
  const Array<float> x = random_array(model.inputs()[0].type.shape, 7);
  expect_reference(net, {x.data()}, {model(x)});
}

// Who chose an algorithm for the convolution gets it.
TEST(Chains, LeaveMapsThatTheUserChoseFor) {
  const Network net = classifier_head(3);
  CompileOptions options;
  options.target = catalogue::Target::host();
  options.algorithms = {{"last", "direct"}};
  const Model model = compile(net, options);
  ASSERT_EQ(model.kernels().size(), 2u);
  EXPECT_EQ(model.kernels()[0].algorithm, "direct");
}

} // namespace
} // namespace fovea
