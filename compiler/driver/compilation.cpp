#include "compiler/driver/compilation.hpp"

#include "compiler/driver/diagnostics.hpp"
#include "compiler/driver/machine.hpp"
#include "compiler/driver/text_file.hpp"
#include "compiler/emit/driver_function.hpp"
#include "compiler/import/import_network.hpp"
#include "compiler/ir/ops.hpp"
#include "compiler/ir/plan_of.hpp"
#include "passes/Pipeline.hpp"

#include <fmt/format.h>
#include <mlir/Dialect/Func/IR/FuncOps.h>
#include <mlir/Dialect/LLVMIR/LLVMDialect.h>

#include <algorithm>

namespace fovea::driver {

static constexpr const char* driver_phase = "driver";

Compilation::Compilation(const Network& network, const CompileOptions& options,
                         SourceLocation location)
    : network_(network), options_(options), location_(location),
      target_(options.target ? *options.target : catalogue::Target::host()) {
  check_options();
  // One network at a time uses a context; kernels are what takes long, and has threads.
  context_.disableMultithreading();
  // Messages are for the network's author: its layer and line, no dump of the IR.
  context_.printOpOnDiagnostic(false);
  context_.loadDialect<ir::FoveaDialect, mlir::func::FuncDialect>();
}

void Compilation::check_options() const {
  std::vector<std::string> phases = passes::phase_names();
  phases.push_back(driver_phase);
  if (!options_.stop_after.empty() &&
      std::ranges::find(phases, options_.stop_after) == phases.end())
    throw Error(
        {.what = "CompileOptions::stop_after: there is no phase '" + options_.stop_after + "'",
         .where = location_,
         .expected = fmt::format("{}", fmt::join(phases, ", "))});
  if (options_.threads < 0)
    throw Error({.what = "CompileOptions::threads is negative",
                 .where = location_,
                 .expected = "threads >= 0 (0: all cores)",
                 .got = std::to_string(options_.threads)});
  if (options_.optimization < 0 || options_.optimization > 3)
    throw Error({.what = "CompileOptions::optimization: there is no such level",
                 .where = location_,
                 .expected = "0, 1, 2 or 3",
                 .got = std::to_string(options_.optimization)});
  if (options_.max_workspace.value_or(0) < 0)
    throw Error({.what = "CompileOptions::max_workspace is negative",
                 .where = location_,
                 .expected = "bytes >= 0",
                 .got = std::to_string(*options_.max_workspace)});
  if (network_.outputs().empty())
    throw Error({.what = "network '" + network_.name() + "' has no outputs",
                 .where = location_,
                 .hint = "mark what it computes with net.output(\"name\", tensor)"});
}

// An instruction that the processor lacks would end the program.
void Compilation::check_runs_here() const {
  if (!runs_here(target_))
    throw Error({.what = "CompileOptions::target: this machine cannot run code for the target",
                 .where = location_,
                 .expected = "at most " + to_string(catalogue::Target::host()),
                 .got = to_string(target_)});
}

// What an op's author says of a layer; a schedule goes with the algorithm that it was given with.
static passes::LayerChoice choice_of_op(const NodeInfo& node, const CompileOptions& options) {
  const OpNotes& notes = node.op->notes();
  const auto source = [&](const OpNotes::Choice& choice) {
    return passes::LayerChoice::Source{true,
                                       choice.location.known() ? choice.location : node.location};
  };
  passes::LayerChoice choice;
  const auto algorithm = options.algorithms.find(node.layer);
  if (algorithm == options.algorithms.end()) {
    choice.algorithm = notes.algorithm.text;
    choice.algorithm_source = source(notes.algorithm);
  } else if (!notes.algorithm.text.empty() && notes.algorithm.text != algorithm->second) {
    return choice;
  }
  if (!options.schedules.contains(node.layer)) {
    choice.schedule = notes.schedule.text;
    choice.schedule_source = source(notes.schedule);
  }
  return choice;
}

// What the options say of layers, else the authors of their ops. An empty schedule of the options
// leaves the algorithm its own.
static std::map<std::string, passes::LayerChoice> choices_of(const Network& network,
                                                             const CompileOptions& options) {
  std::map<std::string, passes::LayerChoice> choices;
  for (const NodeInfo& node : network.nodes())
    if (passes::LayerChoice choice = choice_of_op(node, options);
        !choice.algorithm.empty() || !choice.schedule.empty())
      choices[node.layer] = std::move(choice);
  for (const auto& [layer, schedule] : options.schedules)
    if (!schedule.empty())
      choices[layer].schedule = schedule.to_string();
  for (const auto& [layer, algorithm] : options.algorithms)
    choices[layer].algorithm = algorithm;
  return choices;
}

catalogue::Limits Compilation::limits() const {
  return {.error_bound = options_.precision == Precision::exact ? catalogue::ErrorBound::running
                                                                : catalogue::ErrorBound::transform,
          .workspace_bytes = options_.max_workspace.value_or(catalogue::Limits::any)};
}

std::filesystem::path Compilation::cache_folder() const {
  return options_.cache.value_or(KernelCache::default_folder());
}

bool Compilation::lower() {
  report("import");
  mlir::OwningOpRef<mlir::ModuleOp> module = ir::import_network(network_, context_);
  report("passes");
  if (options_.optimization >= 2) { // where nothing is chosen, nothing needs to be measured
    if (runs_here(target_))
      open_cache(); // figures are kept there
    machine_ = machine_for(target_, cache_folder());
  }
  choices_ = choices_of(network_, options_);
  passes::PipelineOptions pipeline{.catalogue = &catalogue_,
                                   .target = target_,
                                   .machine = machine_,
                                   .layers = choices_,
                                   .simplify = options_.optimization >= 1,
                                   .fuse = options_.optimization >= 2,
                                   .generic = options_.optimization < 2,
                                   .share = options_.optimization >= 2,
                                   .prepare = prepares(),
                                   .limits = limits(),
                                   .refusals = &refusals_,
                                   .dump_directory = options_.dump_phases.string()};
  if (options_.stop_after != driver_phase)
    pipeline.stop_after = options_.stop_after;
  const Diagnostics diagnostics(context_);
  if (mlir::failed(passes::run_pipeline(*module, pipeline)))
    diagnostics.fail("lowering '" + network_.name() + "'", location_);
  if (!pipeline.stop_after.empty())
    return false;
  plan_ = ir::plan_of(*module);
  warn_of_schedules();
  return true;
}

std::vector<CompiledKernel> Compilation::compile_kernels(KernelJobs jobs) {
  const std::unique_ptr<catalogue::KernelCompiler> halide = kernels::make_halide_compiler();
  const std::unique_ptr<catalogue::KernelCompiler> cached = with_cache(*halide, open_cache());
  jobs.threads = options_.threads ? options_.threads : catalogue::Target::host().threads;
  if (options_.progress)
    jobs.done = [this](const std::string& layer, int done, int total) {
      options_.progress({"kernels", layer, done, total, seconds()});
    };
  std::vector<CompiledKernel> kernels =
      driver::compile_kernels(jobs, compiler_ ? *compiler_ : *cached);
  warn_of_cache();
  return kernels;
}

std::vector<CompiledKernel> Compilation::compile_kernels(Preparations preparations) {
  report("kernels");
  KernelJobs jobs{.calls = plan_.calls,
                  .preparations = {},
                  .network = network_,
                  .target = target_,
                  .dump_folder = options_.dump_kernels,
                  .done = {}};
  if (preparations == Preparations::with)
    jobs.preparations = plan_.preparations;
  std::vector<CompiledKernel> kernels = compile_kernels(jobs);
  check_workspace(kernels);
  return kernels;
}

// What the algorithms' own schedules need was known before; a given one is known only now.
void Compilation::check_workspace(const std::vector<CompiledKernel>& kernels) const {
  for (const CompiledKernel& kernel : kernels)
    if (kernel.runs && kernel.info.scratch_bytes > limits().workspace_bytes)
      throw Error(
          {.what = "the kernel of layer '" + kernel.info.layers.front() +
                   "' needs more workspace than is allowed",
           .where = line_of(kernel.info.layers.front()),
           .expected = "max_workspace >= " + std::to_string(kernel.info.scratch_bytes) + " bytes",
           .got = std::to_string(limits().workspace_bytes) + " bytes",
           .hint = "allow more, or give its schedule's stages less memory"});
}

std::vector<CompiledKernel> Compilation::compile_preparations_here() {
  const catalogue::Target host = catalogue::Target::host();
  return compile_kernels({.calls = {},
                          .preparations = plan_.preparations,
                          .network = network_,
                          .target = host,
                          .default_schedules = true,
                          .dump_folder = {},
                          .done = {}});
}

mlir::OwningOpRef<mlir::ModuleOp> Compilation::build_driver(const ir::Plan& plan) {
  report(driver_phase);
  const Diagnostics diagnostics(context_);
  mlir::OwningOpRef<mlir::ModuleOp> module = emission::build_driver(plan, context_);
  if (!options_.dump_phases.empty())
    write_text(options_.dump_phases /
                   fmt::format("{:02}_{}.mlir", passes::phase_names().size() + 1, driver_phase),
               emission::to_text(*module));
  return module;
}

void Compilation::report(const char* phase) const {
  if (options_.progress)
    options_.progress({phase, "", 0, 0, seconds()});
}

double Compilation::seconds() const {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin_).count();
}

uint64_t scratch_bytes(const std::vector<CompiledKernel>& kernels, bool CompiledKernel::*role) {
  int64_t bytes = 0;
  for (const CompiledKernel& kernel : kernels)
    if (kernel.*role)
      bytes = std::max(bytes, kernel.object.thread_scratch_bytes);
  return static_cast<uint64_t>(bytes);
}

std::vector<KernelInfo> infos_of(const std::vector<CompiledKernel>& kernels,
                                 bool CompiledKernel::*role) {
  std::vector<KernelInfo> infos;
  for (const CompiledKernel& kernel : kernels)
    if (kernel.*role)
      infos.push_back(kernel.info);
  return infos;
}

} // namespace fovea::driver
