// Libraries for AArch64, run under qemu: small networks, since that takes fifty times as long.
#include "emulated.hpp"

#include "tests/emit/library_files.hpp"
#include "tests/support/random_values.hpp"

#include <fovea/definition/interpreter.hpp>
#include <fovea/fovea.hpp>
#include <fovea/zoo.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <span>

namespace fovea::aarch64_test {
namespace {

class Emulated : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!cannot_run().empty())
      GTEST_SKIP() << "libraries for AArch64 are not run: " << cannot_run();
  }
};

// A network of one layer, whose definition the interpreter knows with a bound for every element.
void expect_interpreted(const Network& net, const EmitOptions& options = {}) {
  SCOPED_TRACE(net.name());
  const Bytes inputs = random_inputs(net, 7), got = run_emulated(net, inputs, options, 2);
  ASSERT_EQ(net.nodes().size(), 1u);
  const NodeInfo& node = net.nodes()[0];
  Types types;
  std::vector<const void*> data;
  size_t at = 0;
  for (const int operand : node.operands) {
    const ValueInfo& value = net.values()[static_cast<size_t>(operand)];
    types.push_back(value.type);
    const void* weight =
        std::ranges::count(net.parameters(), operand) ? net.weight(operand).data : nullptr;
    data.push_back(weight ? weight : inputs.data() + at);
    at += weight ? 0 : static_cast<size_t>(value.type.bytes());
  }
  const Definition definition = node.op->definition(types);
  Interpreter interpreter(definition, reader_of(definition, data));
  const OperandReader read = result_reader_of(definition, {got.data()});
  const std::vector<Value> expected = interpreter.all(0);
  const DType type = net.values()[static_cast<size_t>(node.results[0])].type.dtype;
  int64_t differing = 0;
  for (size_t k = 0; k < expected.size(); ++k)
    differing += !agrees(read(0, static_cast<int64_t>(k)), expected[k], type);
  EXPECT_EQ(differing, 0) << "of " << expected.size();
}

template <class Op>
Network layer(const std::string& name, const Shape& shape, const Op& op, DType type = DType::f32) {
  Network net(name);
  net.output("y", net.input("x", shape, type) | op);
  std::mt19937_64 engine(3);
  for (const int parameter : net.parameters()) {
    const ValueInfo& value = net.values()[static_cast<size_t>(parameter)];
    Bytes bytes(static_cast<size_t>(value.type.bytes()));
    testing::fill(bytes.data(), type, value.type.shape.elements(), {}, testing::Sprinkle::none,
                  engine);
    net.set_weight(value.name, bytes.data(), bytes.size());
  }
  return net;
}
Network layer(const std::string& name, const Shape& shape, MapFunction map) {
  return layer<MapFunction>(name, shape, map);
}

TEST_F(Emulated, layers_are_within_the_interpreters_bounds) {
  expect_interpreted(layer("conv", {1, 5, 9, 7}, conv(12, 3, stride(2), same)));
  expect_interpreted(layer("conv 1x1", {2, 16, 6, 6}, conv(24, 1)));
  expect_interpreted(layer("depthwise", {1, 12, 8, 8}, conv(12, 3, groups(12), same)));
  expect_interpreted(layer("dense", {3, 70}, dense(33)));
  expect_interpreted(layer("gemv", {1, 300}, dense(50)));
  expect_interpreted(layer("avg_pool", {1, 9, 8, 8}, avg_pool(3, stride(2))));
  expect_interpreted(layer("softmax", {4, 37}, softmax));
  expect_interpreted(layer("gelu", {3, 19}, gelu));
  expect_interpreted(layer("sin", {2, 9}, sin)); // of the C library
}

TEST_F(Emulated, other_types_than_f32) {
  for (const DType type : {DType::f16, DType::bf16}) {
    expect_interpreted(layer("dense half", {2, 40}, dense(9), type));
    expect_interpreted(layer("max_pool half", {1, 3, 8, 8}, max_pool(2), type));
  }
  expect_interpreted(layer("conv f64", {1, 2, 6, 6}, conv(3, 3), DType::f64));
  expect_interpreted(layer("conv i8", {1, 3, 8, 8}, conv(4, 3), DType::i8));
  expect_interpreted(layer("max_pool u8", {1, 3, 8, 8}, max_pool(2), DType::u8));
}

// What may neither be reassociated nor contracted is the same on every machine.
TEST_F(Emulated, strict_arithmetic_has_the_bits_that_it_has_here) {
  Network net("strict");
  Tensor x = net.input("x", {1, 6, 10, 10}), y = net.input("y", {1, 6, 10, 10});
  net.output("quotient", (x - y) / maximum(abs(x), abs(y)));
  net.output("largest", maximum(x, y) | max_pool(2));
  net.output("root", sqrt(abs(x)) | transpose({0, 2, 3, 1}));
  net.output("integers", cast(x / y, DType::i32));
  const Bytes inputs = random_inputs(net, 11);
  EXPECT_TRUE(run_emulated(net, inputs) == run_here(net, inputs, {.optimization = 0}));
}

void expect_near(const Network& net, const EmitOptions& options = {}, double tolerance = 1e-5) {
  SCOPED_TRACE(net.name());
  const Bytes inputs = random_inputs(net, 5), got = run_emulated(net, inputs, options, 2),
              expected = run_here(net, inputs, {.optimization = 0});
  ASSERT_EQ(got.size(), expected.size());
  const std::span a(reinterpret_cast<const float*>(got.data()), got.size() / sizeof(float));
  const std::span b(reinterpret_cast<const float*>(expected.data()), a.size());
  for (size_t k = 0; k < a.size(); ++k)
    ASSERT_NEAR(a[k], b[k], tolerance) << k;
}

TEST_F(Emulated, whole_networks) {
  Network lenet = zoo_network("lenet5");
  lenet.randomize(2);
  expect_near(lenet);
  expect_near(lenet, {.weights = WeightsPlace::file});
  Network blocks("blocks");
  const Tensor<> x = blocks.input("x", {1, 8, 14, 14});
  const Tensor<> y = x | conv(16, 3, same).named("conv1") | batch_norm | relu;
  blocks.output("y", ((y | conv(16, 3, same).named("conv2") | relu) + y) |
                         conv(16, 3, groups(16), same).named("depthwise") | hard_swish |
                         conv(24, 1).named("pointwise") | max_pool(2) | global_avg_pool | flatten |
                         dense(10));
  blocks.randomize(4);
  expect_near(blocks);
  EmitOptions winograd;
  winograd.compile.algorithms = {{"conv2", "winograd4"}};
  expect_near(blocks, winograd, 1e-4);
}

constexpr const char* c_program = R"(#include "mini.h"
#include <stdio.h>
int main(void) {
  static float x[MINI_X_SIZE], y[MINI_Y_SIZE];
  const mini_inputs inputs = {x};
  const mini_outputs outputs = {y};
  mini_model *model = mini_model_open(NULL);
  mini_context *context = mini_context_create(model, NULL);
  x[0] = 2;
  x[5] = -0.5f;
  printf("%d", mini_run(context, &inputs, &outputs));
  printf(" %g %g %g\n", y[0], y[1], y[5]);
  return 0;
}
)";

TEST_F(Emulated, archives_and_objects_become_parts_of_programs) {
  Network net("mini");
  net.output("y", net.input("x", {2, 3}) | relu);
  const emission::testing::TestFolder folder;
  folder.write("main.c", c_program);
  const std::string in_folder = "cd " + folder.path().string() + " && ";
  EmitOptions options{.header = folder / "mini.h"};
  options.compile.target = catalogue::parse_target("aarch64");
  for (const std::string library : {"mini.a", "mini.o"}) {
    emit(net, folder / library, options);
    emission::testing::succeed(in_folder + FOVEA_AARCH64_CC + " main.c " + library +
                               " -lm -pthread -o main");
    EXPECT_EQ(emission::testing::succeed(in_folder + "qemu-aarch64 -L /usr/aarch64-linux-gnu main"),
              "0 2 0 0\n");
  }
}

} // namespace
} // namespace fovea::aarch64_test
