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

// W(i, j ...) = 0 - V(i, j ...)
Definition negative_of(const TensorType& type) {
  Node read, zero, difference;
  read.kind = Node::Kind::read;
  read.type = zero.type = difference.type = type.dtype;
  zero.kind = Node::Kind::constant;
  Equation equation;
  equation.name = "W";
  equation.type = type.dtype;
  for (int k = 0; k < type.shape.rank(); ++k) {
    equation.free.push_back({"i" + std::to_string(k), type.shape[k]});
    read.subscripts.push_back({IndexExpr::of(k), Boundary::none, nullptr});
  }
  difference.kind = Node::Kind::op;
  difference.op = ScalarOp::sub;
  difference.args = {std::make_shared<const Node>(zero), std::make_shared<const Node>(read)};
  equation.body = std::make_shared<const Node>(difference);
  return {"negative", {{"V", type}}, {std::move(equation)}, {0}};
}

// Wants every weight negated.
class Everything : public catalogue::Algorithm {
 public:
  std::string_view name() const override { return "generic"; }
  std::optional<Definition> preparation(const catalogue::Problem& problem,
                                        int operand) const override {
    return negative_of(problem.definition.operands[static_cast<size_t>(operand)].type);
  }
  std::string_view summary() const override { return "for tests"; }
  bool matches(const catalogue::Problem&) const override { return true; }
  bool accepts_epilogue(const Definition&, const Definition&) const override { return true; }
  catalogue::Cost cost(const catalogue::Problem&, const catalogue::Machine&) const override {
    return {};
  }
  catalogue::Schedule default_schedule(const catalogue::Problem&) const override { return {}; }
  std::vector<catalogue::StageInfo> stages(const catalogue::Problem&) const override { return {}; }
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
    Buffer arena = random_buffer({DType::i32, {plan.arena_bytes / 4}}),
           prepared = random_buffer({DType::i32, {plan.prepared_bytes / 4}});
    const auto at = [&](const ir::Slot& slot) -> int32_t* {
      const size_t number = static_cast<size_t>(slot.number);
      const int64_t element = slot.offset / 4;
      const auto within = [&](const Buffer& buffer) {
        EXPECT_LE(element + slot.type.shape.elements(), static_cast<int64_t>(buffer.size()));
        return const_cast<int32_t*>(buffer.data()) + element;
      };
      switch (slot.kind) {
      case ir::Slot::Kind::input:
        return within(inputs.at(number));
      case ir::Slot::Kind::output:
        return within(outputs.at(number));
      case ir::Slot::Kind::parameter:
        return const_cast<int32_t*>(parameters.at(number).data());
      case ir::Slot::Kind::prepared:
        EXPECT_LE(slot.offset + slot.type.bytes(), plan.prepared_bytes);
        return prepared.data() + slot.offset / 4;
      case ir::Slot::Kind::arena:
        break;
      }
      EXPECT_LE(slot.offset + slot.type.bytes(), plan.arena_bytes);
      return arena.data() + slot.offset / 4;
    };
    std::vector<ir::Call> calls = plan.preparations;
    calls.insert(calls.end(), plan.calls.begin(), plan.calls.end());
    for (const ir::Call& call : calls) {
      std::vector<Buffer> given; // as the definition has it
      std::vector<const void*> operands;
      for (size_t k = 0; k < call.operands.size(); ++k) {
        const ir::Slot& slot = call.operands[k];
        given.emplace_back(at(slot), at(slot) + slot.type.shape.elements());
        if (call.forms.is_prepared(static_cast<int>(k)))
          for (int32_t& element : given.back())
            element = -element;
        operands.push_back(given.back().data());
      }
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
    for (int way = 0; way < 4; ++way) {
      options.fuse = way % 2;
      options.prepare = way / 2;
      SCOPED_TRACE(std::string(options.fuse ? "fused" : "not fused") +
                   (options.prepare ? ", prepared" : ""));
      mlir::MLIRContext context;
      const auto module = ir::import_network(net, context);
      ASSERT_TRUE(mlir::succeeded(run_pipeline(*module, options)));
      const ir::Plan plan = ir::plan_of(*module);

      bool reads_weights = false; // as they are
      for (const ir::Call& call : plan.calls)
        for (const ir::Slot& slot : call.operands)
          reads_weights |= slot.kind == ir::Slot::Kind::parameter;
      if (options.prepare)
        EXPECT_FALSE(reads_weights);
      else
        EXPECT_TRUE(plan.preparations.empty());

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

TEST_F(PlanExecution, WeightsThatAreComputedWithAndShared) {
  Network net("weights");
  fovea::Tensor<> x = net.input("x", {1, 2, 6, 6}, DType::i32);
  fovea::Tensor<> a = net.parameter("a", {1, 2, 6, 6}, DType::i32);
  fovea::Tensor<> b = net.parameter("b", {1, 2, 6, 6}, DType::i32);
  const Block shared = conv(2, 3, same);
  const fovea::Tensor<> sum = (a + b) | max_pool(3, stride(1), same);
  net.output("y", (x | shared | shared) + (sum | relu | max_pool(3, stride(1), same)) * sum);
  net.output("weights", (a | flatten) - (b | flatten));
  expect_right(net);
}

// What reads at computed places joins neither what makes its data nor what makes the places, also
// where all have one shape; what follows element by element may join it.
TEST_F(PlanExecution, Gathers) {
  Network net("gathers");
  const fovea::Tensor<> x = net.input("x", {4, 6}, DType::i32),
                        w = net.parameter("w", {5}, DType::i32);
  const Index<'i'> i;
  const Index<'j'> j;
  const auto near = define("near", [=](fovea::Tensor<2> v) { // places within the dimension
    return Z(i, j) = v(i, j) / 300.0;
  });
  const fovea::Tensor<> places = near(x) | relu;
  net.output("elements", gather_elements((x | dense(6)) | relu, near(x), 1) | relu);
  net.output("both", gather_elements(places, places, 0) - places);
  net.output("rows", gather(x + x, w) | dense(3));
  net.output("weights", gather(w + w, w) * w);
  expect_right(net);
}

TEST_F(PlanExecution, JoinsAndParts) {
  Network net("joins");
  const fovea::Tensor<> x = net.input("x", {1, 5, 4, 4}, DType::i32),
                        w = net.parameter("w", {1, 2, 4, 4}, DType::i32);
  const Block wide = conv(3, 3, same);
  const fovea::Tensor<> a = x | wide, b = x | conv(5, 1), c = concat({a, b});
  net.output("nested", concat({c, c | conv(2, 1), a | wide}));
  net.output("caller", concat({x, a, a, w, b | relu}));
  const std::vector<fovea::Tensor<>> parts = split(c | conv(7, 1), {3, 4});
  net.output("parts", (parts[0] | relu) + (parts[1] | slice(1, 1, 4)));
  net.output("part", x | slice(1, 2, 4));
  net.output("of_input", (x | slice(1, 2, 4) | conv(2, 1)) + (x | conv(2, 1)));
  net.output("reshaped", concat({a | flatten, b | flatten}) | dense(3));
  net.output("part_of_join", concat({parts[1], x | conv(1, 1)}) | slice(1, 2, 5) | conv(2, 3));
  expect_right(net);
}

// Each reads all before, as a dense block does.
TEST_F(PlanExecution, DenseBlocks) {
  Network net("dense");
  std::vector<fovea::Tensor<>> features{net.input("x", {1, 2, 5, 5}, DType::i32) | conv(4, 1)};
  for (int k = 0; k < 4; ++k) {
    const fovea::Tensor<> all = features.size() == 1 ? features[0] : concat(features);
    features.push_back(all | relu | conv(3, 3, same) | relu);
  }
  net.output("y", concat(features) | conv(2, 1));
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
      switch (random() % 8) {
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
      case 4:
        values.push_back(gather_elements(any(), any(), -1));
        break;
      case 5:
        values.push_back(concat({any(), any()}) | conv(2, 1));
        break;
      case 6:
        values.push_back(concat({any() | slice(1, 1, 2), any() | slice(1, 0, 1)}));
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
