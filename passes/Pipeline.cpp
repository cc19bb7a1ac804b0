#include "passes/Pipeline.hpp"

#include "passes/Passes.hpp"

#include <fovea/error.hpp>

#include <llvm/Support/FormatVariadic.h>
#include <llvm/Support/ToolOutputFile.h>
#include <mlir/IR/BuiltinOps.h>
#include <mlir/Pass/PassManager.h>
#include <mlir/Pass/PassRegistry.h>

#include <filesystem>

namespace fovea::passes {
namespace {

struct Phase {
  const char* name;
  std::unique_ptr<mlir::Pass> (*create)(const PipelineOptions&);
};

// The way from a network to its kernels.
constexpr Phase phases[] = {
    // 1. What import_network made: one op per layer, as the user wrote it.
    {"import", nullptr},
    // 2. Less to do, and fewer readers per tensor: first, because fusion asks who else reads.
    {"canonicalise", create_canonicalise},
    // 3. Concatenations that begin or end alike continue one another: before what follows them is
    //    looked at.
    {"chain_joins", create_chain_joins},
    // 4. What ops compute of weights alone becomes ops of weights alone: before fusion, which would
    //    take them into kernels that run each time.
    {"hoist_weights", create_hoist_weights},
    // 5. Copies for outputs that no kernel would write: before fusion, so that they count as
    //    readers; after simplification, which would take the copies away.
    {"materialise_outputs", create_materialise_outputs},
    // 6. Kernels: what is computed together. Before selection, since costs depend on epilogues.
    {"fuse", create_fuse},
    // 7. Where channels lie in memory, between kernels: needs to know what is one kernel, and
    //    decides with their costs.
    {"assign_layouts", create_assign_layouts},
    // 8. Which tensors are parts of others: needs to know how they lie in memory. Before selection,
    //    as it makes kernels for what still has to be copied.
    {"share_memory", create_share_memory},
    // 9. How each kernel is computed, and its name in the object file.
    {"select", create_select},
    // 10. What depends on weights alone runs once. After selection, which says how weights are to
    //     be packed; before memory is planned, as it takes tensors out of the arena.
    {"prepare", create_prepare},
    // 11. Where tensors live. Last: only now is it known which of them exist.
    {"plan_memory", create_plan_memory},
};

llvm::LogicalResult dump(mlir::ModuleOp module, const PipelineOptions& options, size_t number) {
  if (options.dump_directory.empty())
    return mlir::success();
  std::error_code error;
  std::filesystem::create_directories(options.dump_directory, error);
  const std::string path =
      llvm::formatv("{0}/{1:D2}_{2}.mlir", options.dump_directory, number + 1, phases[number].name);
  if (!error) {
    llvm::raw_fd_ostream file(path, error);
    if (!error) {
      module.print(file, mlir::OpPrintingFlags().useLocalScope());
      file.close();
      error = file.error();
      file.clear_error(); // else its destructor ends the program
    }
  }
  if (error)
    return module.emitError() << "cannot write " << path << ": " << error.message();
  return mlir::success();
}

catalogue::Machine machine_of(const PipelineOptions& options) {
  return options.machine.flops_per_second > 0 ? options.machine
                                              : catalogue::Machine::nominal(options.target);
}

// A pass of the whole module or of each of its functions.
void add_pass(mlir::OpPassManager& manager, std::unique_ptr<mlir::Pass> pass) {
  if (pass->getOpName() == mlir::ModuleOp::getOperationName())
    manager.addPass(std::move(pass));
  else
    manager.addNestedPass<mlir::func::FuncOp>(std::move(pass));
}

} // namespace

LayerChoice choice_for(const PipelineOptions& options, const std::string& layer) {
  const auto found = options.layers.find(layer);
  return found == options.layers.end() ? LayerChoice{} : found->second;
}

catalogue::Choice algorithm_for(const PipelineOptions& options, const std::string& layer,
                                const catalogue::Problem& problem, const std::vector<bool>& known) {
  std::string name = choice_for(options, layer).algorithm;
  const catalogue::Machine machine = machine_of(options);
  if (name.empty() && !options.generic)
    return options.catalogue->best(problem, known, machine, options.error_bound);
  if (name.empty())
    name = "generic";
  const catalogue::Algorithm& chosen = options.catalogue->find(name);
  if (chosen.error_bound() > options.error_bound)
    throw Error({.what = "algorithm '" + name + "' transforms sums, which exact results forbid",
                 .hint = "compile with precision fast, or choose another algorithm"});
  if (!chosen.matches(problem))
    throw Error({.what = "algorithm '" + name + "' cannot compute layer '" + layer + "'",
                 .hint = "`fovea explain` lists the algorithms that can"});
  const catalogue::Problem own = with_preparations(chosen, problem, known);
  catalogue::Choice choice{&chosen, own.forms, chosen.default_schedule(own), {}};
  choice.cost = chosen.cost(own, choice.schedule, machine);
  return choice;
}

const catalogue::Algorithm& likely_algorithm(const PipelineOptions& options,
                                             const std::string& layer, const Definition& definition,
                                             const std::vector<bool>& known) {
  const catalogue::Choice plain =
      algorithm_for(options, layer, {definition, options.target}, known);
  if (!options.layouts || options.generic || !choice_for(options, layer).algorithm.empty())
    return *plain.algorithm;
  const catalogue::Algorithm* best = plain.algorithm;
  double least = plain.cost.seconds;
  for (const catalogue::Algorithm* algorithm : options.catalogue->algorithms()) {
    catalogue::Problem problem{definition, options.target};
    if (algorithm->error_bound() > options.error_bound || !algorithm->matches(problem))
      continue;
    problem.forms = catalogue::preferred_forms(*algorithm, problem);
    if (problem.forms.all_plain() || !algorithm->matches(problem))
      continue;
    problem = catalogue::with_preparations(*algorithm, std::move(problem), known);
    const catalogue::Cost cost =
        algorithm->cost(problem, algorithm->default_schedule(problem), machine_of(options));
    if (cost.seconds < least) {
      least = cost.seconds;
      best = algorithm;
    }
  }
  return *best;
}

std::vector<std::string> phase_names() {
  std::vector<std::string> names;
  for (const Phase& phase : phases)
    names.emplace_back(phase.name);
  return names;
}

llvm::LogicalResult run_pipeline(mlir::ModuleOp module, const PipelineOptions& options) {
  const std::vector<std::string> names = phase_names();
  if (!options.stop_after.empty() && !llvm::is_contained(names, options.stop_after))
    return module.emitError() << "no phase '" << options.stop_after
                              << "'; phases are: " << llvm::join(names, ", ");
  for (size_t k = 0; k < names.size(); ++k) {
    const bool simplifies = phases[k].create == create_canonicalise ||
                            phases[k].create == create_chain_joins ||
                            phases[k].create == create_hoist_weights;
    if (phases[k].create && (options.simplify || !simplifies)) {
      mlir::PassManager manager(module.getContext());
      add_pass(manager, phases[k].create(options));
      if (mlir::failed(manager.run(module)))
        return mlir::failure();
    }
    if (mlir::failed(dump(module, options, k)))
      return mlir::failure();
    if (names[k] == options.stop_after)
      break;
  }
  return mlir::success();
}

void register_passes(const PipelineOptions& options) {
  for (const Phase& phase : phases)
    if (phase.create)
      mlir::registerPass([&phase, options] { return phase.create(options); });
  mlir::PassPipelineRegistration<>("fovea-pipeline",
                                   "All phases, from an imported network to planned kernels",
                                   [options](mlir::OpPassManager& manager) {
                                     for (const Phase& phase : phases)
                                       if (phase.create)
                                         add_pass(manager, phase.create(options));
                                   });
}

} // namespace fovea::passes
