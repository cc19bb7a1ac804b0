// Weights are packed once, when a model is made: of what, when, and that nothing else is read then.
#include "compiler/driver/compare.hpp"
#include "compiler/driver/explain.hpp"
#include "networks.hpp"

#include <expect_error.hpp>
#include <fovea/kernels/kernels.hpp>
#include <fovea/runtime/core.h>

#include <gmock/gmock.h>

#include <atomic>

namespace fovea::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

const CompileOptions direct{.algorithms = {{"conv1", "direct"}}};

Array<float> image(unsigned seed) {
  return random_array({1, 2, 9, 9}, seed);
}

TEST(PreparedWeights, agree_with_the_interpreter) {
  const Network net = small_network();
  const Model model = compile(net, direct);
  ASSERT_FALSE(model.preparations().empty());
  EXPECT_EQ(model.preparations()[0].layers.at(0), "conv1");
  EXPECT_EQ(model.preparations()[0].algorithm, "generic");
  for (const KernelInfo& kernel : model.kernels())
    EXPECT_NE(kernel.symbol, model.preparations()[0].symbol) << "they are listed apart";
  EXPECT_GE(model.prepared_bytes(), 4 * 5 * 2 * 9);
  const Array<float> x = image(1);
  expect_reference(net, {x.data()}, {model(x)});
}

TEST(PreparedWeights, are_none_below_level_2) {
  for (const int level : {0, 1}) {
    CompileOptions options = direct;
    options.optimization = level;
    const Model model = compile(small_network(), options);
    EXPECT_THAT(model.preparations(), IsEmpty());
    EXPECT_EQ(model.prepared_bytes(), 0);
    EXPECT_EQ(model.runtime().table().model_program(model.runtime().handle())->prepare, nullptr);
  }
}

std::atomic<int> preparations;
decltype(fovea_program::prepare) real_prepare;

// The program of a compiled model, opened anew with weights of the caller.
TEST(PreparedWeights, are_made_once_for_all_contexts_and_runs) {
  const Network net = small_network();
  const Model model = compile(net, direct);
  fovea_program program = *model.runtime().table().model_program(model.runtime().handle());
  real_prepare = program.prepare;
  ASSERT_NE(real_prepare, nullptr);
  preparations = 0;
  program.prepare = [](void* context, const void* const* parameters, void* prepared) {
    ++preparations;
    return real_prepare(context, parameters, prepared);
  };
  size_t packed = 0; // conv1.weight
  while (std::string(program.parameters[packed].name) != "conv1.weight")
    ++packed;
  const auto* weights = static_cast<const float*>(program.parameter_data[packed]);
  std::vector<float> given(weights, weights + program.parameters[packed].bytes / 4);
  std::vector<const void*> data(program.parameter_data,
                                program.parameter_data + program.parameter_count);
  data[packed] = given.data();
  program.parameter_data = data.data();

  const host::Model opened(*fovea_core_table(), program);
  std::ranges::fill(given, 1e30f); // the network reads what was packed
  const Array<float> x = image(2), expected = model(x);
  for (const uint32_t threads : {1u, 2u}) {
    host::Context context(opened, threads);
    for (int run = 0; run < 3; ++run) {
      Array<float> copy = x, y({1, 7});
      host::HostTensor in(std::vector<int64_t>{1, 2, 9, 9}, std::span<const float>(copy.span())),
          out(FOVEA_F32, {1, 7});
      const fovea_buffer input = in.buffer();
      fovea_buffer output = out.buffer();
      context.run({&input, 1}, {&output, 1});
      EXPECT_TRUE(std::ranges::equal(out.data<float>(), expected));
    }
  }
  EXPECT_EQ(preparations, 1);
}

TEST(PreparedWeights, of_two_layers_are_packed_once_each_and_by_one_kernel) {
  Network net("twins");
  Tensor x = net.input("x", {1, 3, 6, 6});
  net.output("y", x | conv(3, 3, same).named("a") | conv(3, 3, same).named("b"));
  net.randomize(1);
  const Model model = compile(net, {.algorithms = {{"a", "direct"}, {"b", "direct"}}});
  ASSERT_EQ(model.preparations().size(), 1u);
  EXPECT_THAT(model.preparations()[0].layers, ElementsAre("a", "b"));
  const Array<float> in = random_array({1, 3, 6, 6}, 3);
  expect_reference(net, {in.data()}, {model(in)});
}

// What weights are made of, in the network's own words.
Network computed_weights() {
  Network net("computed");
  Tensor x = net.input("x", {2, 8});
  Tensor w = net.parameter("w", {2, 8}), v = net.parameter("v", {8});
  net.output("y", x * (((w | softmax) + v) | tanh));
  net.randomize(5);
  return net;
}

TEST(PreparedWeights, may_be_computed_by_the_network) {
  const Network net = computed_weights();
  const Model model = compile(net);
  EXPECT_FALSE(model.preparations().empty());
  EXPECT_EQ(model.kernels().size(), 1u) << "a product with what is known";
  const Array<float> x = random_array({2, 8}, 6);
  expect_reference(net, {x.data()}, {model(x)});
}

// Halide's, but for the kernels of one name and number of operands, whose results come out larger.
class Faulty : public catalogue::KernelCompiler {
 public:
  Faulty(std::string name, size_t operands) : name_(std::move(name)), operands_(operands) {}
  catalogue::KernelObject compile(const catalogue::KernelRequest& request) const override {
    catalogue::KernelRequest changed = request;
    if (request.definition.name == name_ && request.definition.operands.size() == operands_) {
      changed.schedule.reset();
      Node factor, product;
      factor.constant = 1.01;
      product.kind = Node::Kind::op;
      product.op = ScalarOp::mul;
      Equation& last = changed.definition.equations.back();
      product.args = {last.body, std::make_shared<const Node>(factor)};
      last.body = std::make_shared<const Node>(product);
    }
    return halide_->compile(changed);
  }
  catalogue::KernelDump dump(const catalogue::KernelRequest& request) const override {
    return halide_->dump(request);
  }

 private:
  const std::unique_ptr<catalogue::KernelCompiler> halide_ = kernels::make_halide_compiler();
  const std::string name_;
  const size_t operands_;
};

std::vector<driver::KernelComparison> compare(const Network& net, const host::TensorMap& inputs,
                                              const catalogue::KernelCompiler* compiler,
                                              const CompileOptions& compile = {}) {
  driver::CompareOptions options;
  options.compile = compile;
  options.compiler = compiler;
  options.stop_at_first = false;
  return driver::compare_with_reference(net, inputs, options, {});
}

TEST(PreparedWeights, that_are_wrong_show_in_the_kernel_that_reads_them) {
  host::TensorMap inputs;
  const Array<float> pixels = image(3);
  inputs.emplace("image", host::HostTensor(std::vector<int64_t>{1, 2, 9, 9}, pixels.span()));
  const Faulty faulty("conv1", 1); // the packing, which the layer gives its name
  const auto kernels = compare(small_network(), inputs, &faulty, direct);
  ASSERT_FALSE(kernels.empty());
  EXPECT_EQ(kernels[0].layer, "conv1");
  EXPECT_TRUE(kernels[0].departure);
  for (const driver::KernelComparison& kernel : compare(small_network(), inputs, nullptr, direct))
    EXPECT_FALSE(kernel.departure) << kernel.layer;
}

TEST(PreparedWeights, that_are_computed_are_compared_themselves) {
  host::TensorMap inputs;
  const Array<float> x = random_array({2, 8}, 7);
  inputs.emplace("x", host::HostTensor(std::vector<int64_t>{2, 8}, x.span()));
  const Network net = computed_weights();
  const Faulty faulty("softmax", 2); // with what is added
  bool departs = false;
  for (const driver::KernelComparison& kernel : compare(net, inputs, &faulty))
    departs |= kernel.departure && kernel.layer != "mul";
  EXPECT_TRUE(departs);
  for (const driver::KernelComparison& kernel : compare(net, inputs, nullptr))
    EXPECT_FALSE(kernel.departure) << kernel.layer;
}

TEST(PreparedWeights, are_explained) {
  const auto kernels = driver::explain(small_network(), direct, {});
  ASSERT_FALSE(kernels.empty());
  EXPECT_EQ(kernels[0].layer, "conv1");
  EXPECT_TRUE(kernels[0].request.forms.is_prepared(1));
  EXPECT_FALSE(kernels[0].request.forms.is_prepared(0));
  EXPECT_NE(driver::dump(kernels[0]).statement, "");
}

} // namespace
} // namespace fovea::testing
