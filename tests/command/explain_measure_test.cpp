// `fovea explain --measure`.
#include "run_command.hpp"
#include "small_models.hpp"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

namespace fovea::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using Json = nlohmann::json;

class ExplainMeasure : public ::testing::Test {
 protected:
  ExplainMeasure() { small_network().save(folder / "small.mlir"); }
  const CommandFolder folder;
};

TEST_F(ExplainMeasure, each_kernel_by_each_algorithm) {
  const CommandResult result = folder.fovea("explain small.mlir --measure --json");
  ASSERT_EQ(result.code, 0) << result.err;
  EXPECT_EQ(result.err, "");
  const Json kernels = Json::parse(result.out)["kernels"];
  ASSERT_EQ(kernels.size(), 2u);
  size_t alternatives = 0;
  for (const Json& kernel : kernels) {
    EXPECT_GT(kernel.at("measured_seconds"), 0.0) << kernel;
    EXPECT_GT(kernel.at("estimated_seconds"), 0.0) << kernel;
    for (const Json& other : kernel.at("alternatives")) {
      EXPECT_GT(other.at("measured_seconds"), 0.0) << other;
      EXPECT_NE(other["algorithm"], kernel["algorithm"]);
      ++alternatives;
    }
  }
  EXPECT_GT(alternatives, 0u) << "a convolution has several algorithms";
  const CommandResult plain = folder.fovea("explain small.mlir --json");
  for (const Json& kernel : Json::parse(plain.out)["kernels"])
    EXPECT_FALSE(kernel.contains("measured_seconds")) << "unless it is asked for";
}

TEST_F(ExplainMeasure, for_people) {
  const CommandResult all = folder.fovea("explain small.mlir --measure");
  EXPECT_EQ(all.code, 0) << all.err;
  EXPECT_THAT(all.out, AllOf(HasSubstr("measured"), HasSubstr("or direct")));
  const CommandResult one = folder.fovea("explain small.mlir:conv1 --measure");
  EXPECT_EQ(one.code, 0) << one.err;
  EXPECT_THAT(one.out, AllOf(HasSubstr("estimated "), HasSubstr(", measured "),
                             HasSubstr("instead: "), Not(HasSubstr("measured -"))));
}

// A given schedule is the choice's; the alternatives have their own.
TEST_F(ExplainMeasure, with_a_given_schedule) {
  const CommandResult result =
      folder.fovea("explain small.mlir:conv1 --measure --json --algorithm conv1=generic "
                   "--schedule 'conv1=sum_sum: compute_root'");
  ASSERT_EQ(result.code, 0) << result.err;
  const Json kernel = Json::parse(result.out)["kernels"].at(0);
  EXPECT_TRUE(kernel["schedule_is_given"]);
  EXPECT_GT(kernel["measured_seconds"], 0.0);
  ASSERT_GT(kernel["alternatives"].size(), 0u);
  EXPECT_GT(kernel["alternatives"][0]["measured_seconds"], 0.0) << result.err;
}

TEST_F(ExplainMeasure, refuses_a_target_that_cannot_run_here) {
  const std::string other =
      catalogue::Target::host().arch == "x86-64" ? "aarch64-linux" : "x86-64-linux";
  const CommandResult result =
      folder.fovea("explain small.mlir --measure --target '" + other + "'");
  EXPECT_EQ(result.code, 1);
  EXPECT_EQ(result.out, "");
  EXPECT_THAT(result.err, AllOf(HasSubstr("error: --measure: this machine cannot run"),
                                HasSubstr(other), HasSubstr("without --measure")));
  EXPECT_EQ(folder.fovea("explain small.mlir --target '" + other + "'").code, 0);
}

// Several convolutions as one kernel: what computes one of them alone is no alternative to it.
TEST_F(ExplainMeasure, chains_are_measured_as_they_are) {
  Network net("block");
  net.output("y", net.input("x", {1, 16, 64, 62}) | conv(96, 1).named("widen") | relu |
                      conv(96, 3, same, groups(96)).named("windows") | relu |
                      conv(16, 1).named("narrow"));
  net.randomize(3);
  net.save(folder / "block.mlir");
  // What lies between them is 1.5 MB each: however busy the machine is that is measured, memory
  // takes longer than the chain.
  catalogue::Target small_cache = catalogue::Target::host();
  small_cache.l2_bytes = small_cache.l3_bytes = 300'000;
  const CommandResult result =
      folder.fovea("explain block.mlir --measure --json --target '" + to_string(small_cache) + "'");
  ASSERT_EQ(result.code, 0) << result.err;
  const Json kernels = Json::parse(result.out)["kernels"];
  ASSERT_EQ(kernels.size(), 1u);
  EXPECT_EQ(kernels[0]["algorithm"], "row_chain");
  EXPECT_GT(kernels[0]["measured_seconds"], 0.0);
  for (const Json& other : kernels[0]["alternatives"])
    EXPECT_EQ(other["measured_seconds"], 0.0) << "its kernels are others";
}

// Weights are read to be measured with; without, nothing needs them.
TEST_F(ExplainMeasure, wants_weights) {
  std::filesystem::remove(folder / "small.safetensors");
  EXPECT_EQ(folder.fovea("explain small.mlir").code, 0);
  const CommandResult result = folder.fovea("explain small.mlir --measure");
  EXPECT_EQ(result.code, 1);
  EXPECT_THAT(result.err, AllOf(HasSubstr("the model has no weights"), HasSubstr("--load")));
}

} // namespace
} // namespace fovea::testing
