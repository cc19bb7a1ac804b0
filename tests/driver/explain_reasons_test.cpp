// explain(.., Detail::reasons): why kernels are what they are, in the words of those who decided.
#include "compiler/driver/explain.hpp"
#include "networks.hpp"

#include <fovea/kernels/kernels.hpp>

#include <algorithm>
#include <gmock/gmock.h>

namespace fovea::testing {
namespace {

using driver::KernelExplanation;
using ::testing::HasSubstr;

std::vector<KernelExplanation> reasons(const Network& net, const CompileOptions& options = {}) {
  return driver::explain(net, options, {}, driver::Detail::reasons);
}

// Why `producer` and `consumer` are two kernels; empty: nobody says.
std::string why_apart(const std::vector<KernelExplanation>& kernels, const std::string& producer,
                      const std::string& consumer) {
  for (const KernelExplanation& kernel : kernels)
    for (const auto& one : kernel.not_fused)
      if (one.producer == producer && one.consumer == consumer)
        return one.reason;
  return "";
}

TEST(ExplainReasons, layers_that_stay_apart) {
  Network net("apart");
  const Tensor<> x = net.input("x", {1, 8, 6, 6});
  const Tensor<> a = x | conv(8, 3, fovea::same).named("a"); // read twice
  const Tensor<> b = a | relu;
  net.output("sum", apply(ops::Add{}, {a | conv(8, 1).named("c"), b}, {}));
  const Tensor<> d = x | conv(4, 1).named("d"); // an output, too
  net.output("d", d);
  net.output("e", d | tanh);
  const Tensor<> p = x | avg_pool(6).named("p"); // stretched
  net.output("scaled", x * p);
  net.output("fused", x | conv(2, 1).named("f") | sigmoid);
  const auto kernels = reasons(net);
  EXPECT_THAT(why_apart(kernels, "a", "relu"), HasSubstr("others read its result: 'c'"));
  EXPECT_THAT(why_apart(kernels, "d", "tanh"), HasSubstr("an output of the network"));
  EXPECT_THAT(why_apart(kernels, "p", "mul"), HasSubstr("read more than once"));
  EXPECT_EQ(why_apart(kernels, "f", "sigmoid"), "");
}

TEST(ExplainReasons, every_algorithm_is_chosen_or_has_a_reason) {
  Network net("one");
  net.output("y", net.input("x", {1, 16, 14, 14}) | conv(24, 3, fovea::same).named("conv"));
  CompileOptions exact;
  exact.precision = Precision::exact;
  const auto kernels = reasons(net, exact);
  ASSERT_EQ(kernels.size(), 1u);
  EXPECT_EQ(kernels[0].reason, "the least estimate");
  EXPECT_EQ(kernels[0].others.size() + 1, kernels::make_catalogue().algorithms().size());
  for (const auto& other : kernels[0].others) {
    if (other.algorithm.starts_with("winograd")) {
      EXPECT_THAT(other.reason, HasSubstr("exact results forbid"));
    } else if (other.algorithm == "pooling" || other.algorithm == "depthwise") {
      EXPECT_EQ(other.reason, "does not compute this");
    } else if (other.cost) {
      EXPECT_GE(other.cost->seconds, kernels[0].cost.seconds) << other.algorithm;
    }
    EXPECT_FALSE(other.reason.empty()) << other.algorithm;
  }
  exact.algorithms = {{"conv", "generic"}};
  EXPECT_EQ(reasons(net, exact).at(0).reason, "given");
}

// The network's input and output are row-major, what lies between in blocks: so both ends convert.
TEST(ExplainReasons, tensors_as_they_are_stored) {
  Network net("chain");
  net.output("y", net.input("x", {1, 32, 28, 28}) | conv(64, 3, fovea::same).named("a") | relu |
                      conv(64, 3, fovea::same).named("b"));
  CompileOptions exact;
  exact.precision = Precision::exact;
  const auto kernels = reasons(net, exact);
  ASSERT_EQ(kernels.size(), 2u);
  const auto result = [](const KernelExplanation& kernel) {
    return *std::ranges::find_if(kernel.tensors, &KernelExplanation::StoredTensor::is_result);
  };
  EXPECT_TRUE(kernels[0].tensors.front().layout.is_row_major());
  EXPECT_EQ(result(kernels[0]).layout, kernels[1].tensors.front().layout);
  EXPECT_TRUE(result(kernels[1]).layout.is_row_major());
  EXPECT_EQ(result(kernels[1]).shape, (Shape{1, 64, 28, 28}));
}

} // namespace
} // namespace fovea::testing
