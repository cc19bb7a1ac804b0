// A plan, carried out by the interpreter in real memory, gives what the network's own definition
// gives: kernels, views, outputs and arena offsets together. In integers, so that it is exact.
#include "compiler/import/import_network.hpp"
#include "compiler/ir/ops.hpp"
#include "compiler/ir/plan_of.hpp"
#include "passes/Pipeline.hpp"

#include <fovea/definition/interpreter.hpp>
#include <fovea/dsl.hpp>

#include <gtest/gtest.h>
#include <mlir/Dialect/Func/IR/FuncOps.h>

#include <random>

namespace fovea::passes {
namespace {

class Everything : public catalogue::Algorithm {
 public:
  std::string_view name() const override { return "everything"; }
  std::string_view summary() const override { return "for tests"; }
  bool matches(const Definition&) const override { return true; }
  bool accepts_epilogue(const Definition&, const Definition&) const override { return true; }
  catalogue::Cost cost(const Definition&, const catalogue::Target&,
                       const catalogue::Schedule&) const override {
    return {};
  }
  catalogue::Schedule default_schedule(const Definition&, const catalogue::Target&) const override {
    return {};
  }
  std::vector<catalogue::StageInfo> stages(const Definition&) const override { return {}; }
};

using Buffer = std::vector<int32_t>;

class PlanExecution : public ::testing::Test {
 protected:
  Buffer random_buffer(const TensorType& type) {
    Buffer buffer(static_cast<size_t>(type.shape.elements()));
    for (int32_t& element : buffer)
      element = static_cast<int32_t>(random_() % 2000) - 1000;
    return buffer;
  }

  static Buffer evaluate(const Definition& definition, int result,
                         const std::vector<const void*>& operands) {
    Interpreter interpreter(definition, reader_of(definition, operands));
    Buffer buffer;
    for (const Value& value : interpreter.all(result))
      buffer.push_back(static_cast<int32_t>(value.integer));
    return buffer;
  }

  // Runs the calls in order over memory that is full of other numbers.
  std::vector<Buffer> run(const ir::Plan& plan, const std::vector<Buffer>& inputs,
                          const std::vector<Buffer>& parameters) {
    std::vector<Buffer> outputs;
    for (const ir::PlanValue& output : plan.outputs)
      outputs.push_back(random_buffer(output.type));
    Buffer arena = random_buffer({DType::i32, {plan.arena_bytes / 4}});
    const auto at = [&](const ir::Slot& slot) -> int32_t* {
      const size_t number = static_cast<size_t>(slot.number);
      switch (slot.kind) {
      case ir::Slot::Kind::input:
        return const_cast<int32_t*>(inputs.at(number).data());
      case ir::Slot::Kind::output:
        return outputs.at(number).data();
      case ir::Slot::Kind::parameter:
        return const_cast<int32_t*>(parameters.at(number).data());
      case ir::Slot::Kind::arena:
        break;
      }
      EXPECT_LE(slot.offset + slot.type.bytes(), plan.arena_bytes);
      return arena.data() + slot.offset / 4;
    };
    for (const ir::Call& call : plan.calls) {
      std::vector<const void*> operands;
      for (const ir::Slot& slot : call.operands)
        operands.push_back(at(slot));
      for (size_t k = 0; k < call.results.size(); ++k) {
        const Buffer result = evaluate(call.definition, static_cast<int>(k), operands);
        std::copy(result.begin(), result.end(), at(call.results[k]));
      }
    }
    return outputs;
  }

  void expect_right(const Network& net) {
    const Everything everything;
    const catalogue::Catalogue catalogue({&everything});
    PipelineOptions options;
    options.catalogue = &catalogue;
    for (bool fuse : {true, false}) {
      options.fuse = fuse;
      SCOPED_TRACE(fuse ? "fused" : "not fused");
      mlir::MLIRContext context;
      const auto module = ir::import_network(net, context);
      ASSERT_TRUE(mlir::succeeded(run_pipeline(*module, options)));
      const ir::Plan plan = ir::plan_of(*module);

      std::vector<Buffer> inputs, parameters;
      std::vector<const void*> operands;
      for (const ir::PlanValue& input : plan.inputs)
        inputs.push_back(random_buffer(input.type));
      for (const ir::PlanValue& parameter : plan.parameters)
        parameters.push_back(random_buffer(parameter.type));
      for (const auto* list : {&inputs, &parameters})
        for (const Buffer& buffer : *list)
          operands.push_back(buffer.data());

      const std::vector<Buffer> outputs = run(plan, inputs, parameters);
      for (size_t k = 0; k < outputs.size(); ++k)
        EXPECT_EQ(outputs[k], evaluate(definition_of(net), static_cast<int>(k), operands))
            << plan.outputs[k].name;
    }
  }

  std::mt19937 random_{20240229};
};

TEST_F(PlanExecution, AChainWithViews) {
  Network net("chain");
  net.output("y", net.input("x", {1, 2, 8, 8}, DType::i32) | conv(3, 3, same) | relu | max_pool(2) |
                      flatten | dropout | dense(5) | relu);
  expect_right(net);
}

TEST_F(PlanExecution, ResidualsAndBranches) {
  Network net("residual");
  fovea::Tensor<> x = net.input("x", {1, 2, 6, 6}, DType::i32);
  for (int k = 0; k < 3; ++k)
    x = (x + (x | conv(2, 3, same) | relu | conv(2, 3, same))) | relu;
  net.output("y", concat({x, x | max_pool(3, stride(1), same), maximum(x, x | conv(2, 1))}));
  expect_right(net);
}

TEST_F(PlanExecution, OutputsThatShareMemoryOrAreReadOn) {
  Network net("outputs");
  fovea::Tensor<> x = net.input("x", {2, 3, 4}, DType::i32);
  fovea::Tensor<> y = x | relu;
  fovea::Tensor<> z = y | flatten;
  net.output("a", y);
  net.output("b", z);
  net.output("c", z | dense(4));
  net.output("d", x | flatten);
  expect_right(net);
}

TEST_F(PlanExecution, ManyLifetimes) {
  for (unsigned seed = 0; seed < 10; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random(seed);
    Network net("random");
    std::vector<fovea::Tensor<>> values{net.input("x", {1, 2, 4, 4}, DType::i32)};
    const auto any = [&] { return values[random() % values.size()]; };
    for (int k = 0; k < 12; ++k) {
      switch (random() % 5) {
      case 0:
        values.push_back(any() | conv(2, 3, same));
        break;
      case 1:
        values.push_back(any() | relu);
        break;
      case 2:
        values.push_back(any() + any());
        break;
      case 3:
        values.push_back(any() | max_pool(3, stride(1), same));
        break;
      default:
        values.push_back(any() - any());
      }
    }
    net.output("last", values.back());
    net.output("any", values[1 + random() % (values.size() - 1)]);
    expect_right(net);
  }
}

} // namespace
} // namespace fovea::passes
