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
    // 3. Copies for outputs that no kernel would write: before fusion, so that they count as
    //    readers; after simplification, which would take the copies away.
    {"materialise_outputs", create_materialise_outputs},
    // 4. Kernels: what is computed together. Before selection, since costs depend on epilogues.
    {"fuse", create_fuse},
    // 5. How each kernel is computed, and its name in the object file.
    {"select", create_select},
    // 6. Where tensors live. Last: only now is it known which of them exist.
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

} // namespace

LayerChoice choice_for(const PipelineOptions& options, const std::string& layer) {
  const auto found = options.layers.find(layer);
  return found == options.layers.end() ? LayerChoice{} : found->second;
}

const catalogue::Algorithm& algorithm_for(const PipelineOptions& options, const std::string& layer,
                                          const Definition& definition) {
  const std::string name = choice_for(options, layer).algorithm;
  if (name.empty())
    return options.generic
               ? options.catalogue->find("generic")
               : options.catalogue->best(definition, options.target, options.error_bound);
  const catalogue::Algorithm& chosen = options.catalogue->find(name);
  if (chosen.error_bound() > options.error_bound)
    throw Error({.what = "algorithm '" + name + "' transforms sums, which exact results forbid",
                 .hint = "compile with precision fast, or choose another algorithm"});
  return chosen;
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
    if (phases[k].create && (options.simplify || phases[k].create != create_canonicalise)) {
      mlir::PassManager manager(module.getContext());
      manager.addNestedPass<mlir::func::FuncOp>(phases[k].create(options));
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
  mlir::PassPipelineRegistration<>(
      "fovea-pipeline", "All phases, from an imported network to planned kernels",
      [options](mlir::OpPassManager& manager) {
        for (const Phase& phase : phases)
          if (phase.create)
            manager.addNestedPass<mlir::func::FuncOp>(phase.create(options));
      });
}

} // namespace fovea::passes
