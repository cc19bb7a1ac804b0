// A hand-written plan over kernels that Halide compiled: conv, then tanh, through the arena.
#include "tests/emit/small_program.hpp"

#include <fovea/definition/interpreter.hpp>
#include <fovea/dsl.hpp>
#include <fovea/kernels/kernels.hpp>

#include <gtest/gtest.h>

#include <random>

namespace fovea::emission::testing {
namespace {

const TensorType image{DType::f32, Shape{2, 3, 9, 7}};

struct TwoKernels {
  OpPtr conv = make_op(fovea::conv(5, 3, same).op);
  Types operands = Types{image};
  TensorType between;
  Definition first, second;
  ir::Plan plan;

  TwoKernels() {
    for (const Parameter& parameter : conv->parameters(Types{image}))
      operands.push_back(parameter.type);
    between = conv->infer(operands).results[0];
    first = conv->definition(operands);
    second = make_op(ops::Tanh{})->definition(Types{between});

    plan.name = "two_kernels";
    plan.inputs = {{"image", image}};
    plan.outputs = {{"result", between}};
    plan.parameters = {{"weight", operands[1]}, {"bias", operands[2]}};
    plan.arena_bytes = 64 + (between.bytes() + 63) / 64 * 64;
    plan.calls = {call("fovea_kernel_conv",
                       {input(0, image), parameter(0, operands[1]), parameter(1, operands[2])},
                       {arena(64, between)}),
                  call("fovea_kernel_tanh", {arena(64, between)}, {output(0, between)})};
    plan.calls[0].definition = first;
    plan.calls[1].definition = second;
  }

  Definition whole() const {
    std::vector<Operand> whole_operands;
    for (size_t k = 0; k < operands.size(); ++k)
      whole_operands.push_back({"operand" + std::to_string(k), operands[k]});
    return compose("whole", whole_operands,
                   {Stage{first, {{.operand = 0}, {.operand = 1}, {.operand = 2}}},
                    Stage{second, {{.stage = 0}}}},
                   {{1, 0}});
  }
};

TEST(HalideKernels, run_through_the_arena_on_one_and_two_threads) {
  const TwoKernels two;
  const std::vector<std::byte> driver = driver_object(two.plan);
  const auto compiler = kernels::make_halide_compiler();
  std::vector<catalogue::KernelObject> kernels;
  uint64_t scratch = 0;
  for (const ir::Call& call : two.plan.calls) {
    kernels.push_back(compiler->compile({.definition = call.definition,
                                         .schedule = {},
                                         .target = catalogue::Target::host(),
                                         .symbol = call.symbol}));
    scratch = std::max(scratch, static_cast<uint64_t>(kernels.back().thread_scratch_bytes));
  }
  std::vector<JitObject> objects{{"driver", driver}};
  for (const catalogue::KernelObject& kernel : kernels)
    objects.push_back({kernel.symbol, std::as_bytes(std::span(kernel.object))});

  std::mt19937 engine(1);
  std::uniform_real_distribution<float> range(-1, 1);
  std::vector<std::vector<float>> values;
  for (const TensorType& type : two.operands) {
    values.emplace_back(static_cast<size_t>(type.shape.elements()));
    for (float& value : values.back())
      value = range(engine);
  }
  const std::vector<const void*> addresses{values[0].data(), values[1].data(), values[2].data()};
  const host::Model model = open(two.plan, objects, {addresses[1], addresses[2]}, scratch);

  const Definition definition = two.whole();
  Interpreter interpreter(definition, reader_of(definition, addresses));
  const std::vector<Value> expected = interpreter.all(0);
  for (const uint32_t threads : {1u, 2u}) {
    std::vector<float> result(expected.size());
    const fovea_buffer in = buffer_of(values[0].data(), image);
    fovea_buffer out = buffer_of(result.data(), two.between);
    host::Context(model, threads).run({&in, 1}, {&out, 1});
    for (size_t k = 0; k < expected.size(); ++k)
      ASSERT_NEAR(result[k], expected[k].real, expected[k].error)
          << "element " << k << ", " << threads << " threads";
  }
}

} // namespace
} // namespace fovea::emission::testing
