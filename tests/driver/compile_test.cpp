#include "networks.hpp"
#include "tests/support/process.hpp"

#include <expect_error.hpp>

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <thread>

namespace fovea::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

TEST(Compile, agrees_with_the_interpreter) {
  const Network net = small_network(3);
  const Array<float> x = random_array({3, 2, 9, 9}, 1);
  const Model model = compile(net);
  expect_reference(net, {x.data()}, {model(x)});
}

TEST(Compile, one_and_two_threads_give_the_same_bits) {
  const Model model = compile(small_network());
  const Array<float> x = random_array({1, 2, 9, 9}, 2);
  Array<float> one({1, 7}), two({1, 7});
  Context first = model.context({.threads = 1}), second = model.context({.threads = 2});
  EXPECT_EQ(first.threads(), 1);
  EXPECT_EQ(second.threads(), 2);
  first.run({{"image", x}}, {{"probs", one}});
  second.run({{"image", x}}, {{"probs", two}});
  EXPECT_TRUE(std::ranges::equal(one, two));
}

TEST(Compile, says_what_it_made) {
  const Model model = compile(small_network());
  EXPECT_EQ(model.name(), "small");
  ASSERT_EQ(model.inputs().size(), 1u);
  EXPECT_EQ(model.inputs()[0].name, "image");
  EXPECT_EQ(model.inputs()[0].type, (TensorType{DType::f32, {1, 2, 9, 9}}));
  ASSERT_EQ(model.outputs().size(), 1u);
  EXPECT_EQ(model.outputs()[0].name, "probs");
  EXPECT_GT(model.compile_seconds(), 0);
  EXPECT_EQ(model.parameter_bytes(), 4 * (5 * 2 * 9 + 5 + 7 * 45 + 7));
  ASSERT_FALSE(model.kernels().empty());
  for (const KernelInfo& kernel : model.kernels()) {
    EXPECT_FALSE(kernel.layers.empty());
    EXPECT_FALSE(kernel.algorithm.empty());
    EXPECT_GT(kernel.object_bytes, 0);
  }
}

TEST(Compile, equal_kernels_are_compiled_once) {
  Network net("twins");
  Tensor x = net.input("x", {1, 3, 6, 6});
  net.output("y", x | conv(3, 3, same).named("a") | conv(3, 3, same).named("b"));
  net.randomize(1);
  const Model model = compile(net);
  ASSERT_EQ(model.kernels().size(), 1u);
  EXPECT_THAT(model.kernels()[0].layers, ::testing::ElementsAre("a", "b"));
  const Array<float> in = random_array({1, 3, 6, 6}, 3);
  expect_reference(net, {in.data()}, {model(in)});
}

TEST(Compile, several_inputs_and_outputs_by_name) {
  Network net("two");
  Tensor a = net.input("a", {1, 4}), b = net.input("b", {1, 4});
  net.output("sum", a + b);
  net.output("fc", b | dense(3).named("fc"));
  net.randomize(1);
  const Model model = compile(net);
  const Array<float> x = random_array({1, 4}, 1), y = random_array({1, 4}, 2);
  Array<float> sum({1, 4}), fc({1, 3});
  model.run({{"b", y}, {"a", x}}, {{"fc", fc}, {"sum", sum}});
  expect_reference(net, {x.data(), y.data()}, {sum, fc});
  EXPECT_THAT(error_of([&] { model(x); }).what, HasSubstr("function of one tensor"));
}

TEST(Compile, a_model_shares_the_weights_of_its_time) {
  Network net = small_network();
  const Array<float> x = random_array({1, 2, 9, 9}, 4);
  const Model model = compile(net);
  const Array<float> before = model(x);
  const std::vector<float> zeros(7 * 45);
  net.set_weight("fc1.weight", zeros.data(), zeros.size() * sizeof(float));
  EXPECT_TRUE(std::ranges::equal(before, model(x)));
}

TEST(Compile, weights_without_contents_are_listed) {
  Network net("bare");
  net.output("y", net.input("x", {1, 4}) | dense(3).named("fc1"));
  const ErrorParts error = error_of([&] { compile(net); });
  EXPECT_THAT(error.what, AllOf(HasSubstr("fc1.weight"), HasSubstr("fc1.bias")));
  EXPECT_THAT(error.where.file, HasSubstr("compile_test.cpp"));
}

TEST(Compile, a_network_without_outputs_is_refused) {
  Network net("empty");
  net.input("x", {1, 4});
  EXPECT_THAT(error_of([&] { compile(net); }).what, HasSubstr("no outputs"));
}

TEST(Compile, choices_for_unknown_layers_and_phases_are_refused) {
  const Network net = small_network();
  const ErrorParts layer = error_of([&] { compile(net, {.algorithms = {{"conv7", "generic"}}}); });
  EXPECT_THAT(layer.what, AllOf(HasSubstr("conv7"), HasSubstr("conv1")));
  EXPECT_THAT(error_of([&] { compile(net, {.stop_after = "dinner"}); }).expected,
              HasSubstr("plan_memory"));
  EXPECT_THROW(compile(net, {.algorithms = {{"conv1", "no such algorithm"}}}), Error);
}

TEST(Compile, code_for_another_machine_is_refused) {
  catalogue::Target other = catalogue::Target::host();
  other.arch = other.arch == "aarch64" ? "x86-64" : "aarch64";
  EXPECT_THAT(error_of([&] { compile(small_network(), {.target = other}); }).what,
              HasSubstr("cannot run"));
}

TEST(Compile, a_smaller_target_gives_the_same_results) {
  if (catalogue::Target::host().arch != "x86-64")
    GTEST_SKIP() << "names a processor of the other architecture";
  const Network net = small_network();
  const Array<float> x = random_array({1, 2, 9, 9}, 8);
  expect_reference(net, {x.data()},
                   {compile(net, {.target = catalogue::parse_target("x86-64-linux")})(x)});
}

TEST(Compile, dumps_every_phase_and_kernel) {
  const std::filesystem::path folder =
      std::filesystem::path(::testing::TempDir()) / "fovea_dump_test";
  std::filesystem::remove_all(folder);
  std::vector<std::string> phases;
  compile(small_network(),
          {.dump_phases = folder,
           .dump_kernels = folder / "kernels",
           .progress = [&](const CompileProgress& now) { phases.push_back(now.phase); }});
  EXPECT_TRUE(std::filesystem::exists(folder / "01_import.mlir"));
  int drivers = 0, statements = 0;
  for (const auto& file : std::filesystem::recursive_directory_iterator(folder)) {
    const std::string name = file.path().filename().string();
    drivers += name.ends_with("_driver.mlir");
    statements += name.ends_with(".stmt");
    if (file.is_regular_file()) {
      EXPECT_GT(file.file_size(), 0u) << name;
    }
  }
  EXPECT_EQ(drivers, 1);
  EXPECT_GT(statements, 2);
  EXPECT_EQ(phases.front(), "import");
  EXPECT_EQ(phases.back(), "link");
  std::filesystem::remove_all(folder);
}

TEST(Compile, stops_where_it_is_told) {
  const Model model = compile(small_network(), {.stop_after = "fuse"});
  EXPECT_FALSE(model);
  EXPECT_THROW(model.inputs(), Error);
  EXPECT_FALSE(compile(small_network(), {.stop_after = "driver"}));
}

TEST(Compile, contexts_outlive_their_model) {
  Context context = compile(small_network()).context({.threads = 1});
  const Array<float> x = random_array({1, 2, 9, 9}, 5);
  Array<float> y({1, 7});
  context.run({{"image", x}}, {{"probs", y}});
  EXPECT_NEAR(std::accumulate(y.begin(), y.end(), 0.f), 1, 1e-5);
}

TEST(Compile, a_model_is_shared_by_threads) {
  const Model model = compile(small_network());
  const Array<float> x = random_array({1, 2, 9, 9}, 6), expected = model(x);
  std::vector<std::jthread> callers;
  for (int k = 0; k < 4; ++k)
    callers.emplace_back([&] {
      for (int round = 0; round < 50; ++round)
        ASSERT_TRUE(std::ranges::equal(model(x), expected));
    });
}

TEST(Compile, a_hundred_models_leave_no_threads_and_no_memory) {
  const Array<float> x = random_array({1, 3, 4, 4}, 7);
  const int threads = threads_of_this_process();
  [[maybe_unused]] int64_t resident = 0;
  for (int round = 0; round < 110; ++round) {
    Network net("again");
    net.output("y", net.input("x", {1, 3, 4, 4}) | relu);
    const Model model = compile(net, {.threads = 1 + round % 2});
    Array<float> y({1, 3, 4, 4});
    model.context({.threads = 1 + round % 2}).run({{"x", x}}, {{"y", y}});
    ASSERT_EQ(y(0, 0, 0, 0), std::max(x(0, 0, 0, 0), 0.f));
    if (round == 9)
      resident = resident_bytes();
  }
  EXPECT_EQ(threads_of_this_process(), threads);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) // they keep freed memory
  EXPECT_LT(resident_bytes() - resident, 64 << 20) << "in a hundred rounds";
#endif
}

} // namespace
} // namespace fovea::testing
