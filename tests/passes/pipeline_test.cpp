// From a network to its plan, with a catalogue of its own.
#include "compiler/import/import_network.hpp"
#include "compiler/ir/ops.hpp"
#include "compiler/ir/plan_of.hpp"
#include "passes/Pipeline.hpp"

#include <fovea/dsl.hpp>
#include <fovea/error.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <mlir/Dialect/Func/IR/FuncOps.h>
#include <mlir/IR/Diagnostics.h>

#include <filesystem>
#include <set>

namespace fovea::passes {
namespace {

using ir::Slot;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

// Computes everything; accepts epilogues or not.
class AnyAlgorithm : public catalogue::Algorithm {
 public:
  AnyAlgorithm(std::string name, double seconds, bool epilogues, bool any = true)
      : name_(std::move(name)), seconds_(seconds), epilogues_(epilogues), any_(any) {}
  std::string_view name() const override { return name_; }
  std::string_view summary() const override { return "for tests"; }
  bool matches(const catalogue::Problem&) const override { return any_; }
  bool accepts_epilogue(const Definition&, const Definition&) const override { return epilogues_; }
  catalogue::Cost cost(const catalogue::Problem&, const catalogue::Machine&) const override {
    ++costs;
    return {seconds_, 0, 0};
  }
  catalogue::Schedule default_schedule(const catalogue::Problem&) const override {
    ++schedules;
    return {};
  }
  std::vector<catalogue::StageInfo> stages(const catalogue::Problem& problem) const override {
    const Equation& last = problem.definition.equations.back();
    catalogue::StageInfo stage{"Z", {}, {}, true};
    for (const IndexRange& range : last.free)
      stage.dimensions.push_back({range.name, range.extent, false});
    return {stage};
  }

  mutable int costs = 0, schedules = 0; // that were asked for

 private:
  std::string name_;
  double seconds_;
  bool epilogues_, any_;
};

const AnyAlgorithm plain("plain", 2, false), fusing("fusing", 1, true),
    unable("unable", 0, true, false);
const catalogue::Catalogue both({&plain, &fusing, &unable});
const catalogue::Catalogue only_plain({&plain});

class PipelineTest : public ::testing::Test {
 protected:
  PipelineTest() { options.catalogue = &both; }

  // The plan, or the diagnostics where the pipeline fails.
  ir::Plan plan(const Network& net) {
    module = ir::import_network(net, context);
    const mlir::ScopedDiagnosticHandler handler(&context, [&](mlir::Diagnostic& diagnostic) {
      diagnostics += diagnostic.str() + "\n";
      return mlir::success();
    });
    if (mlir::failed(run_pipeline(*module, options)))
      return {};
    return options.stop_after.empty() ? ir::plan_of(*module) : ir::Plan{};
  }

  static std::vector<std::string> layers_of(const ir::Plan& plan) {
    std::vector<std::string> layers;
    for (const ir::Call& call : plan.calls)
      layers.push_back(call.layer);
    return layers;
  }

  static Network small_net() {
    Network net("small");
    net.output("probs", net.input("image", {1, 1, 12, 12}) | conv(4, 3).named("conv1") | tanh |
                            avg_pool(2).named("pool") | flatten | dropout | dense(10).named("fc") |
                            softmax);
    return net;
  }

  mlir::MLIRContext context;
  mlir::OwningOpRef<mlir::ModuleOp> module;
  PipelineOptions options;
  std::string diagnostics;
};

TEST_F(PipelineTest, PlansANetwork) {
  const ir::Plan result = plan(small_net());
  EXPECT_EQ(diagnostics, "");
  EXPECT_EQ(result.name, "small");
  ASSERT_EQ(result.inputs.size(), 1u);
  EXPECT_EQ(result.inputs[0].name, "image");
  EXPECT_EQ(to_string(result.outputs.at(0).type), "1x10xf32");
  ASSERT_EQ(result.parameters.size(), 4u);
  EXPECT_EQ(result.parameters[0].name, "conv1.weight");
  ASSERT_THAT(layers_of(result), ElementsAre("conv1", "pool", "fc", "softmax"));

  const ir::Call& conv1 = result.calls[0];
  EXPECT_EQ(conv1.algorithm, "fusing");
  ASSERT_EQ(conv1.operands.size(), 3u);
  EXPECT_EQ(conv1.operands[0].kind, Slot::Kind::input);
  EXPECT_EQ(conv1.operands[1].kind, Slot::Kind::parameter);
  EXPECT_EQ(conv1.operands[2].number, 1);
  EXPECT_EQ(conv1.results.at(0).kind, Slot::Kind::arena);
  EXPECT_EQ(to_string(conv1.definition.operands[0].type), "1x1x12x12xf32");

  // The dense layer reads the pool's memory as the view's shape; dropout left no trace.
  EXPECT_EQ(result.calls[2].operands[0].offset, result.calls[1].results[0].offset);
  EXPECT_EQ(to_string(result.calls[2].operands[0].type), "1x100xf32");
  EXPECT_EQ(result.calls[3].results[0].kind, Slot::Kind::output);
  EXPECT_EQ(result.arena_bytes, result.arena_lower_bound);
}

TEST_F(PipelineTest, KernelsHaveDefinitionsOfTheirOperandsAndResults) {
  for (const ir::Call& call : plan(small_net()).calls) {
    ASSERT_EQ(call.definition.operands.size(), call.operands.size());
    for (size_t k = 0; k < call.operands.size(); ++k)
      EXPECT_EQ(call.definition.operands[k].type, call.operands[k].type);
    ASSERT_EQ(call.definition.results.size(), call.results.size());
    for (size_t k = 0; k < call.results.size(); ++k)
      EXPECT_EQ(
          call.definition.type_of(call.definition.tensor_of_equation(call.definition.results[k])),
          call.results[k].type);
  }
}

TEST_F(PipelineTest, FusionFollowsTheCatalogue) {
  options.catalogue = &only_plain;
  EXPECT_THAT(layers_of(plan(small_net())), ElementsAre("conv1", "tanh", "pool", "fc", "softmax"));
}

TEST_F(PipelineTest, FusionCanBeSwitchedOff) {
  options.fuse = false;
  EXPECT_THAT(layers_of(plan(small_net())), ElementsAre("conv1", "tanh", "pool", "fc", "softmax"));
}

// Costs take long to estimate, schedules longer: of a network of 50 layers, all but the first of
// equal ones are known already, and most algorithms are not chosen.
TEST_F(PipelineTest, AsksOnceAboutEqualKernelsAndForChosenSchedulesAlone) {
  const auto costs = [&](int blocks, const char* phase) {
    const AnyAlgorithm one("one", 1, true), other("other", 2, true);
    const catalogue::Catalogue catalogue({&one, &other});
    options.catalogue = &catalogue;
    options.stop_after = phase;
    Network net("deep");
    Tensor<> x = net.input("x", {1, 2, 8, 8});
    for (int k = 0; k < blocks; ++k)
      x = x | conv(2, 3, same) | relu;
    net.output("y", x | conv(2, 1));
    plan(net);
    EXPECT_EQ(other.schedules, 0);
    EXPECT_EQ(one.schedules, std::string(phase) == "select" ? blocks + 1 : 0);
    return one.costs;
  };
  EXPECT_GT(costs(2, "fuse"), 0);
  EXPECT_EQ(costs(2, "fuse"), costs(7, "fuse"));
  costs(3, "select");
}

TEST_F(PipelineTest, EqualKernelsShareTheirSymbol) {
  Network net("twice");
  fovea::Tensor<> x = net.input("x", {1, 2, 8, 8});
  Block block = conv(2, 3, same) | relu;
  net.output("y", x | block | block | conv(2, 1));
  const ir::Plan result = plan(net);
  ASSERT_EQ(result.calls.size(), 3u);
  EXPECT_EQ(result.calls[0].symbol, result.calls[1].symbol);
  EXPECT_NE(result.calls[0].symbol, result.calls[2].symbol);
}

TEST_F(PipelineTest, OutputsThatAreInputsOrTwiceTheSameAreCopied) {
  Network net("copies");
  fovea::Tensor<> x = net.input("x", {2, 3});
  fovea::Tensor<> y = x | relu;
  net.output("a", y);
  net.output("b", y);
  net.output("c", x);
  const ir::Plan result = plan(net);
  std::set<int> written;
  for (const ir::Call& call : result.calls)
    for (const Slot& slot : call.results) {
      EXPECT_EQ(slot.kind, Slot::Kind::output);
      EXPECT_TRUE(written.insert(slot.number).second);
    }
  EXPECT_EQ(written.size(), 3u);
  EXPECT_EQ(result.arena_bytes, 0);
}

TEST_F(PipelineTest, TheUserChoosesByLayer) {
  options.layers["conv1"] = {"plain", ""};
  ir::Plan result = plan(small_net());
  EXPECT_EQ(result.calls.at(0).algorithm, "plain");
  EXPECT_EQ(result.calls.at(0).layer, "conv1");
  EXPECT_EQ(result.calls.at(1).layer, "tanh"); // plain accepts no epilogue
}

// Where the user has a say in how a layer is computed, it is computed.
TEST_F(PipelineTest, AConcatenationIsAKernelWhereTheUserSaysHow) {
  Network net("joined");
  fovea::Tensor<> x = net.input("x", {1, 2, 8, 8});
  net.output("y", concat({x | conv(2, 3).named("a"), x | conv(3, 3).named("b")}) |
                      max_pool(2).named("pool"));
  const ir::Plan joined = plan(net);
  EXPECT_THAT(layers_of(joined), ElementsAre("a", "b", "pool"));
  const Slot &whole = joined.calls[2].operands.at(0), &second = joined.calls[1].results.at(0);
  EXPECT_EQ(joined.calls[0].results.at(0).offset, whole.offset);
  EXPECT_EQ(second.offset, whole.offset + 2 * 6 * 6 * 4);
  EXPECT_EQ(to_string(whole.type), "1x5x6x6xf32");

  options.layers["concat"] = {"plain", ""};
  EXPECT_THAT(layers_of(plan(net)), ElementsAre("a", "b", "concat", "pool"));
  options = {.catalogue = &both, .share = false};
  EXPECT_THAT(layers_of(plan(net)), ElementsAre("a", "b", "concat", "pool"));
}

TEST_F(PipelineTest, ChoicesThatCannotBeAreRefused) {
  options.layers["conv1"] = {"no_such", ""};
  plan(small_net());
  EXPECT_THAT(diagnostics, HasSubstr("no_such"));

  diagnostics.clear();
  options.layers = {{"conv1", {"unable", ""}}};
  plan(small_net());
  EXPECT_THAT(diagnostics, HasSubstr("algorithm 'unable' cannot compute layer 'conv1'"));

  diagnostics.clear();
  options.layers = {{"conv1", {"", "Z: split(nowhere, a, b, 4)"}}};
  plan(small_net());
  EXPECT_THAT(diagnostics, HasSubstr("'conv1': "));
  EXPECT_THAT(diagnostics, HasSubstr("nowhere"));

  diagnostics.clear();
  options.layers = {{"tanh", {"plain", ""}}};
  plan(small_net());
  EXPECT_THAT(diagnostics, HasSubstr("layer 'tanh', which is no kernel of its own; kernels are: "
                                     "conv1, fc, pool, softmax"));
}

TEST_F(PipelineTest, PhasesAreDumpedAndCanBeTheLast) {
  const std::filesystem::path folder =
      std::filesystem::temp_directory_path() /
      ("fovea_dump_" + std::to_string(::testing::UnitTest::GetInstance()->random_seed()) + "_" +
       std::to_string(reinterpret_cast<uintptr_t>(this)));
  options.dump_directory = folder.string();
  options.stop_after = "fuse";
  plan(small_net());
  std::set<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    files.insert(entry.path().filename().string());
  std::filesystem::remove_all(folder);
  EXPECT_THAT(files,
              ElementsAre("01_import.mlir", "02_canonicalise.mlir", "03_chain_joins.mlir",
                          "04_hoist_weights.mlir", "05_materialise_outputs.mlir", "06_fuse.mlir"));
  EXPECT_EQ(diagnostics, "");
  EXPECT_THROW(ir::plan_of(*module), Error);
}

TEST_F(PipelineTest, UnknownPhasesAreRefused) {
  options.stop_after = "lunch";
  plan(small_net());
  EXPECT_THAT(diagnostics, HasSubstr("no phase 'lunch'; phases are: import, canonicalise"));
}

TEST_F(PipelineTest, NeedsACatalogue) {
  options.catalogue = nullptr;
  plan(small_net());
  EXPECT_THAT(diagnostics, HasSubstr("needs a catalogue"));
}

} // namespace
} // namespace fovea::passes
