#pragma once
#include "compiler/driver/kernel_cache.hpp"
#include "compiler/driver/kernel_jobs.hpp"
#include "compiler/ir/plan.hpp"
#include "passes/Pipeline.hpp"

#include <fovea/catalogue/machine.hpp>
#include <fovea/compile.hpp>
#include <fovea/kernels/kernels.hpp>

#include <mlir/IR/BuiltinOps.h>
#include <mlir/IR/MLIRContext.h>
#include <mlir/IR/OwningOpRef.h>

#include <chrono>
#include <map>
#include <optional>
#include <set>

namespace fovea::driver {

// A network on its way to machine code: what compile() and emit() have in common. The steps are
// called in the order in which they stand here.
class Compilation {
 public:
  // Checks the options. All references outlive the compilation.
  Compilation(const Network& network, const CompileOptions& options, SourceLocation location);

  // Throws Error where the target has instructions that this machine lacks: code that runs here.
  void check_runs_here() const;

  // Instead of Halide's with the cache of the options: for tests. It outlives the compilation.
  void use_compiler(const catalogue::KernelCompiler& compiler) { compiler_ = &compiler; }

  // From the captured graph to the plan; false where `stop_after` names a phase before it ends.
  bool lower();
  const ir::Plan& plan() const { return plan_; }
  // What was chosen for layers: by the options, or by who wrote their ops.
  const std::map<std::string, passes::LayerChoice>& choices() const { return choices_; }
  // Why neighbours are two kernels.
  const std::vector<passes::FusionRefusal>& refusals() const { return refusals_; }

  // Each kernel of the plan once, those that prepare weights among them or not. Before the driver
  // function: what their compiler refuses, it can lay at a layer's door.
  enum class Preparations : uint8_t { with, without };
  std::vector<CompiledKernel> compile_kernels(Preparations preparations);
  // Those that prepare weights, for this machine, whatever the target is.
  std::vector<CompiledKernel> compile_preparations_here();
  // The functions that call kernels (emission::build_driver), of the plan or of what became of it;
  // the compilation owns their context.
  mlir::OwningOpRef<mlir::ModuleOp> build_driver(const ir::Plan& plan);

  void report(const char* phase) const;
  // Tells the options' function, unless it was told this before.
  void warn(const Warning& warning);
  double seconds() const; // since the compilation began

  // Whether what depends on weights alone is computed once, before the network runs.
  bool prepares() const { return options_.optimization >= 2; }

  // What no algorithm that is chosen may exceed.
  catalogue::Limits limits() const;

  const Network& network() const { return network_; }
  const CompileOptions& options() const { return options_; }
  const catalogue::Target& target() const { return target_; }
  const catalogue::Catalogue& catalogue() const { return catalogue_; }
  // What costs are estimated with.
  const catalogue::Machine& machine() const { return machine_; }
  SourceLocation location() const { return location_; }

 private:
  void check_options() const;
  void check_workspace(const std::vector<CompiledKernel>& kernels) const;
  std::vector<CompiledKernel> compile_kernels(KernelJobs jobs);
  std::filesystem::path cache_folder() const;
  const KernelCache& open_cache(); // and warns where it cannot be used
  void warn_of_cache();            // of what it met since it was opened
  void warn_of_schedules();        // of those that were given
  SourceLocation line_of(const std::string& layer) const;

  const Network& network_;
  const CompileOptions& options_;
  const SourceLocation location_;
  const catalogue::Target target_;
  const catalogue::Catalogue catalogue_ = kernels::make_catalogue();
  const catalogue::KernelCompiler* compiler_ = nullptr; // null: our own
  const std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
  mlir::MLIRContext context_;
  catalogue::Machine machine_ = catalogue::Machine::nominal(target_);
  ir::Plan plan_;
  std::map<std::string, passes::LayerChoice> choices_;
  std::vector<passes::FusionRefusal> refusals_;
  std::optional<KernelCache> cache_;
  std::set<std::string> warned_; // their texts
};

// The slab that one thread needs for any of the kernels that have the role: it runs one at a time.
uint64_t scratch_bytes(const std::vector<CompiledKernel>& kernels, bool CompiledKernel::*role);
// Of those that have the role.
std::vector<KernelInfo> infos_of(const std::vector<CompiledKernel>& kernels,
                                 bool CompiledKernel::*role);

// The rest of the way for a lowered network whose weights are set: code in this process.
Model make_model(Compilation& compilation);

} // namespace fovea::driver
