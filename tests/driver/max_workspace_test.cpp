// CompileOptions::max_workspace: what is chosen within it, what is said where nothing can be, and
// that the figures behind it are what kernels really ask for.
#include "compiler/driver/explain.hpp"
#include "networks.hpp"

#include <expect_error.hpp>

#include <algorithm>
#include <gmock/gmock.h>

namespace fovea::testing {
namespace {

using driver::KernelExplanation;
using ::testing::HasSubstr;

// One kernel, between tensors that are row-major in any case, which many algorithms can compute.
// Its padded input is too large for the stack.
Network one_convolution() {
  Network net("one");
  net.output("y", net.input("x", {1, 16, 28, 28}) | conv(24, 3, fovea::same).named("conv"));
  net.randomize(3);
  return net;
}

// Its maxima and sums are read by all elements of a row: no schedule spares their memory.
Network many_rows() {
  Network net("rows");
  net.output("y", net.input("x", {6000, 3}) | softmax);
  return net;
}

struct Way {
  std::string algorithm;
  double seconds = 0;
  int64_t bytes = 0;
};

KernelExplanation explained(const CompileOptions& options) {
  const auto kernels = driver::explain(one_convolution(), options, {}, driver::Detail::reasons);
  EXPECT_EQ(kernels.size(), 1u);
  return kernels.at(0);
}

// All that match, the quickest first.
std::vector<Way> ways() {
  const KernelExplanation kernel = explained({});
  std::vector<Way> list{{kernel.request.algorithm, kernel.cost.seconds, kernel.workspace_bytes}};
  for (const auto& other : kernel.others)
    if (other.cost)
      list.push_back({other.algorithm, other.cost->seconds, *other.workspace_bytes});
  return list;
}

TEST(MaxWorkspace, the_quickest_that_keeps_to_it_is_chosen) {
  const std::vector<Way> all = ways();
  ASSERT_GT(all.size(), 3u);
  for (const Way& limit : all) {
    CompileOptions options;
    options.max_workspace = limit.bytes;
    const auto expected =
        std::ranges::find_if(all, [&](const Way& way) { return way.bytes <= limit.bytes; });
    const KernelExplanation kernel = explained(options);
    EXPECT_EQ(kernel.request.algorithm, expected->algorithm) << limit.bytes;
    for (const auto& other : kernel.others)
      if (other.workspace_bytes.value_or(0) > limit.bytes) {
        EXPECT_THAT(other.reason, HasSubstr("needs more workspace than")) << other.algorithm;
      }
  }
}

// The generic algorithm can do without copies, slowly.
TEST(MaxWorkspace, the_leanest_schedule_is_for_where_no_other_keeps_to_it) {
  const std::vector<Way> all = ways();
  const Way least = *std::ranges::min_element(all, {}, &Way::bytes);
  ASSERT_GT(least.bytes, 0) << "a convolution with padding copies its input";
  CompileOptions options;
  options.max_workspace = least.bytes - 1;
  const Network net = one_convolution();
  const Model model = compile(net, options);
  EXPECT_EQ(model.kernels().at(0).algorithm, "generic");
  EXPECT_LT(model.kernels().at(0).scratch_bytes, least.bytes);
  const Array<float> x = random_array({1, 16, 28, 28}, 5);
  expect_reference(net, {x.data()}, {model(x)});
}

TEST(MaxWorkspace, where_nothing_keeps_to_it_the_least_is_said) {
  CompileOptions options;
  options.max_workspace = 0;
  const ErrorParts error = error_of([&] { compile(many_rows(), options); });
  const std::string text = error.what + error.expected;
  EXPECT_THAT(text, HasSubstr("'softmax'"));
  const size_t at = text.find("at least ");
  ASSERT_NE(at, std::string::npos) << text;
  options.max_workspace = std::stoll(text.substr(at + 9)); // so much is enough, and no byte less
  EXPECT_EQ(compile(many_rows(), options).kernels().at(0).scratch_bytes, *options.max_workspace);
  --*options.max_workspace;
  EXPECT_THAT(error_of([&] { compile(many_rows(), options); }).what,
              HasSubstr(text.substr(at, text.find(" bytes", at) - at)));
}

TEST(MaxWorkspace, an_algorithm_that_is_asked_for_has_to_keep_to_it) {
  const std::vector<Way> all = ways();
  const Way most = *std::ranges::max_element(all, {}, &Way::bytes);
  CompileOptions options;
  options.algorithms = {{"conv", most.algorithm}};
  options.max_workspace = most.bytes - 1;
  const ErrorParts error = error_of([&] { compile(one_convolution(), options); });
  EXPECT_THAT(error.what, HasSubstr("'" + most.algorithm + "' needs more workspace"));
}

TEST(MaxWorkspace, figures_are_what_kernels_ask_for) {
  for (const Way& way : ways()) {
    CompileOptions options;
    options.algorithms = {{"conv", way.algorithm}};
    options.max_workspace = way.bytes;
    const Model model = compile(one_convolution(), options);
    EXPECT_EQ(model.kernels().at(0).scratch_bytes, way.bytes) << way.algorithm;
  }
}

TEST(MaxWorkspace, holds_for_every_kernel_of_a_network) {
  Network net("several");
  net.output("y", net.input("x", {1, 16, 28, 28}) | conv(24, 3, fovea::same) | relu | conv(24, 1) |
                      avg_pool(3, fovea::same));
  net.randomize(3);
  CompileOptions options;
  options.precision = Precision::exact; // fewer algorithms to look at
  for (const int64_t limit : {int64_t{40'000}, int64_t{0}}) {
    options.max_workspace = limit;
    for (const KernelInfo& kernel : compile(net, options).kernels())
      EXPECT_LE(kernel.scratch_bytes, limit) << kernel.algorithm;
  }
  options.max_workspace = -1;
  EXPECT_THAT(error_of([&] { compile(net, options); }).what,
              HasSubstr("max_workspace is negative"));
}

// A schedule of one's own decides what its kernel needs: what is known only once it is compiled.
TEST(MaxWorkspace, a_given_schedule_is_held_to_it) {
  CompileOptions options;
  options.schedules = {{"conv", Schedule::parse("X_pad: compute_root")}};
  options.algorithms = {{"conv", "generic"}};
  const int64_t needs = compile(one_convolution(), options).kernels().at(0).scratch_bytes;
  ASSERT_GT(needs, 0); // the sum, whole
  options.max_workspace = 0;
  const ErrorParts error = error_of([&] { compile(one_convolution(), options); });
  EXPECT_THAT(error.what, HasSubstr("the kernel of layer 'conv' needs more workspace"));
  EXPECT_THAT(error.expected, HasSubstr(std::to_string(needs)));
}

} // namespace
} // namespace fovea::testing
