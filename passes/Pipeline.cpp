#include "passes/Pipeline.hpp"

#include "passes/Passes.hpp"

#include <fovea/error.hpp>

#include <llvm/ADT/STLExtras.h>
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
    // 7. Convolutions one behind the other in one kernel, where that is faster: needs to know their
    //    epilogues, and decides with their costs; before layouts, which are given to what is left
    //    between kernels.
    {"chain_convolutions", create_chain_convolutions},
    // 8. Where channels lie in memory, between kernels: needs to know what is one kernel, and
    //    decides with their costs.
    {"assign_layouts", create_assign_layouts},
    // 9. Which tensors are parts of others: needs to know how they lie in memory. Before selection,
    //    as it makes kernels for what still has to be copied.
    {"share_memory", create_share_memory},
    // 10. How each kernel is computed, and its name in the object file.
    {"select", create_select},
    // 11. What depends on weights alone runs once. After selection, which says how weights are to
    //     be packed; before memory is planned, as it takes tensors out of the arena.
    {"prepare", create_prepare},
    // 12. Where tensors live. Last: only now is it known which of them exist.
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

// What `look` finds out about the algorithm that was chosen; where that came with an op, errors say
// so, and where.
template <class Look>
static decltype(auto) at_choice(const LayerChoice& given, Look&& look) {
  try {
    return look();
  } catch (const Error& error) {
    if (!given.algorithm_source.is_op)
      throw;
    ErrorParts parts = error.parts();
    parts.what = given.algorithm_origin() + (": " + parts.what);
    parts.where = given.algorithm_source.where;
    throw Error(std::move(parts));
  }
}

static const catalogue::Algorithm& chosen_algorithm(const PipelineOptions& options,
                                                    const LayerChoice& given,
                                                    const std::string& name) {
  return at_choice(given,
                   [&]() -> const catalogue::Algorithm& { return options.catalogue->find(name); });
}

// Throws where the user's choice for a layer is none of the possible ones.
static void check_chosen(const catalogue::Candidate& candidate, const std::string& layer,
                         const catalogue::Limits& limits) {
  const std::string name(candidate.algorithm->name());
  switch (candidate.verdict) {
  case catalogue::Verdict::possible:
    return;
  case catalogue::Verdict::no_match:
    throw Error({.what = "algorithm '" + name + "' cannot compute layer '" + layer + "'",
                 .hint = "`fovea explain` lists the algorithms that can"});
  case catalogue::Verdict::transforms_sums:
    throw Error({.what = "algorithm '" + name + "' transforms sums, which exact results forbid",
                 .hint = "compile with precision fast, or choose another algorithm"});
  case catalogue::Verdict::exceeds_workspace:
    throw Error({.what = "algorithm '" + name + "' needs more workspace than is allowed",
                 .expected = std::to_string(candidate.workspace_bytes) + " bytes",
                 .got = "max_workspace = " + std::to_string(limits.workspace_bytes) + " bytes",
                 .hint = "allow more, or choose another algorithm"});
  }
}

catalogue::Choice algorithm_for(const PipelineOptions& options, const std::string& layer,
                                const catalogue::Problem& problem, const std::vector<bool>& known) {
  const LayerChoice given = choice_for(options, layer);
  std::string name = given.algorithm;
  const catalogue::Machine machine = machine_of(options);
  catalogue::Limits limits = options.limits;
  if (!given.schedule.empty()) // it decides how much memory the kernel has, not the algorithm's own
    limits.workspace_bytes = catalogue::Limits::any;
  if (name.empty() && !options.generic)
    return options.catalogue->best(problem, known, machine, limits);
  if (name.empty())
    name = "generic";
  const catalogue::Algorithm& chosen = chosen_algorithm(options, given, name);
  const catalogue::Candidate own = catalogue::Catalogue::judge(chosen, problem, known, limits);
  at_choice(given, [&] { check_chosen(own, layer, limits); });
  return {own, chosen.cost(own.problem, machine)};
}

// Of the algorithms in `catalogue`, each with its tensors as it prefers and with all row-major, the
// one of least cost. Without the workspace, which takes long to find out: it is asked of the best
// first.
static std::optional<std::pair<double, const catalogue::Algorithm*>>
best_as_preferred(const PipelineOptions& options, const catalogue::Catalogue& catalogue,
                  const catalogue::Problem& problem, const std::vector<bool>& known) {
  const catalogue::Limits limits{.error_bound = options.limits.error_bound};
  std::vector<std::pair<double, catalogue::Candidate>> found; // seconds
  for (auto find : {&catalogue::Catalogue::matching, &catalogue::Catalogue::matching_as_preferred})
    if (options.layouts || find == &catalogue::Catalogue::matching)
      for (const catalogue::Candidate& one : (catalogue.*find)(problem, known, limits))
        found.emplace_back(one.algorithm->cost(one.problem, machine_of(options)).seconds, one);
  llvm::stable_sort(found, llvm::less_first());
  for (auto& [seconds, one] : found) {
    catalogue::judge_workspace(one, options.limits);
    if (one.verdict == catalogue::Verdict::possible)
      return std::pair(seconds, one.algorithm);
  }
  return std::nullopt;
}

const catalogue::Algorithm& likely_algorithm(const PipelineOptions& options,
                                             const std::string& layer, const Definition& definition,
                                             const std::vector<bool>& known) {
  const catalogue::Problem problem{definition, options.target};
  // Whether a given one can compute the layer depends on layouts, too: that is seen later.
  if (const LayerChoice given = choice_for(options, layer); !given.algorithm.empty())
    return chosen_algorithm(options, given, given.algorithm);
  if (options.layouts && !options.generic)
    if (const auto best = best_as_preferred(options, *options.catalogue, problem, known))
      return *best->second;
  return *algorithm_for(options, layer, problem, known).algorithm; // lean, or says why not
}

std::optional<double> likely_seconds(const PipelineOptions& options,
                                     const catalogue::Catalogue& catalogue,
                                     const Definition& definition, const std::vector<bool>& known) {
  const auto best = best_as_preferred(options, catalogue, {definition, options.target}, known);
  return best ? std::optional(best->first) : std::nullopt;
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
