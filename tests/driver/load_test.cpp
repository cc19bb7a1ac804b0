#include <expect_error.hpp>
#include <fovea/fovea.hpp>

#include <gmock/gmock.h>

namespace fovea::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

const std::string lenet_weights =
    std::string(FOVEA_SOURCE_DIR) + "/examples/data/lenet5.safetensors";

Network lenet(int64_t last = 10, bool one_more = false) {
  Network net("lenet5");
  Tensor features = net.input("image", {1, 1, 28, 28}) | conv(6, 5, same).named("conv1") | tanh |
                    avg_pool(2) | conv(16, 5).named("conv2") | tanh | avg_pool(2) |
                    conv(120, 5).named("conv3") | tanh | flatten;
  Tensor probs = features | dense(84).named("fc1") | tanh | dense(last).named("fc2") | softmax;
  if (one_more)
    probs = probs | dense(10).named("fc3");
  net.output("probs", probs);
  return net;
}

TEST(Load, sets_every_weight) {
  Network net = lenet();
  net.load(lenet_weights);
  for (int parameter : net.parameters()) {
    ASSERT_NE(net.weight(parameter).data, nullptr);
    EXPECT_EQ(reinterpret_cast<uintptr_t>(net.weight(parameter).data) % 64, 0u);
  }
}

TEST(Load, lists_every_problem_and_changes_nothing) {
  Network net = lenet(11, true);
  const ErrorParts error = error_of([&] { net.load(lenet_weights); });
  EXPECT_THAT(error.what, AllOf(HasSubstr("lenet5.safetensors"), HasSubstr("4 problems"),
                                HasSubstr("'fc2.weight': expected 11x84xf32, got 10x84xf32"),
                                HasSubstr("'fc2.bias'"), HasSubstr("'fc3.weight' is missing"),
                                HasSubstr("'fc3.bias' is missing"), Not(HasSubstr("conv1"))));
  EXPECT_THAT(error.where.file, HasSubstr("load_test.cpp"));
  for (int parameter : net.parameters())
    EXPECT_EQ(net.weight(parameter).data, nullptr);
}

TEST(Load, names_unknown_weights) {
  Network net("part");
  net.output("y", net.input("x", {1, 1, 28, 28}) | conv(6, 5, same).named("conv1"));
  const ErrorParts error = error_of([&] { net.load(lenet_weights); });
  EXPECT_THAT(error.what, AllOf(HasSubstr("8 problems"), HasSubstr("'fc1.bias' is unknown")));
}

TEST(Load, refuses_files_that_are_not_there_or_no_safetensors) {
  Network net = lenet();
  EXPECT_THAT(error_of([&] { net.load("no such file"); }).what, HasSubstr("no such file"));
  EXPECT_THROW(net.load(__FILE__), Error);
}

} // namespace
} // namespace fovea::testing
