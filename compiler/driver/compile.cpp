#include "compiler/driver/diagnostics.hpp"
#include "compiler/driver/kernel_jobs.hpp"
#include "compiler/driver/model_state.hpp"
#include "compiler/driver/text_file.hpp"
#include "compiler/emit/driver_function.hpp"
#include "compiler/emit/object.hpp"
#include "compiler/import/import_network.hpp"
#include "compiler/ir/ops.hpp"
#include "compiler/ir/plan_of.hpp"
#include "passes/Pipeline.hpp"

#include <fovea/compile.hpp>
#include <fovea/kernels/kernels.hpp>

#include <fmt/format.h>
#include <mlir/Dialect/Func/IR/FuncOps.h>
#include <mlir/Dialect/LLVMIR/LLVMDialect.h>

#include <algorithm>
#include <chrono>

namespace fovea {
namespace {

constexpr const char* driver_phase = "driver";

class Compilation {
 public:
  Compilation(const Network& network, const CompileOptions& options, SourceLocation location)
      : network_(network), options_(options), location_(location),
        target_(options.target ? *options.target : catalogue::Target::host()) {
    // One network at a time uses a context; kernels are what takes long, and has threads.
    context_.disableMultithreading();
    // Messages are for the network's author: its layer and line, no dump of the IR.
    context_.printOpOnDiagnostic(false);
    context_.loadDialect<ir::FoveaDialect, mlir::func::FuncDialect>();
  }

  Model run() {
    check_options();
    if (options_.stop_after.empty()) {
      check_target();
      driver::check_weights_set(network_, location_);
    }
    if (!lower())
      return {};
    if (!options_.stop_after.empty()) {
      build_driver();
      return {};
    }
    // Kernels first: what their compiler refuses, it can lay at a layer's door.
    std::vector<driver::CompiledKernel> kernels = compile_kernels();
    return link(build_driver(), std::move(kernels));
  }

 private:
  void check_options() const {
    std::vector<std::string> phases = passes::phase_names();
    phases.push_back(driver_phase);
    if (!options_.stop_after.empty() &&
        std::ranges::find(phases, options_.stop_after) == phases.end())
      throw Error(
          {.what = "CompileOptions::stop_after: there is no phase '" + options_.stop_after + "'",
           .where = location_,
           .expected = fmt::format("{}", fmt::join(phases, ", "))});
    if (options_.dump_kernels && options_.dump_phases.empty())
      throw Error({.what = "CompileOptions::dump_kernels without a folder",
                   .where = location_,
                   .hint = "set CompileOptions::dump_phases to a folder"});
    if (options_.threads < 0)
      throw Error({.what = "CompileOptions::threads is negative",
                   .where = location_,
                   .expected = "threads >= 0 (0: all cores)",
                   .got = std::to_string(options_.threads)});
    if (network_.outputs().empty())
      throw Error({.what = "network '" + network_.name() + "' has no outputs",
                   .where = location_,
                   .hint = "mark what it computes with net.output(\"name\", tensor)"});
  }

  // A model runs here, where an instruction that the processor lacks would end the program.
  void check_target() const {
    const catalogue::Target host = catalogue::Target::host();
    const auto lacks = [&](bool catalogue::Target::*feature) {
      return target_.*feature && !(host.*feature);
    };
    using Target = catalogue::Target;
    if (target_.arch != host.arch || target_.os != host.os || lacks(&Target::sse41) ||
        lacks(&Target::avx) || lacks(&Target::avx2) || lacks(&Target::fma) ||
        lacks(&Target::f16c) || lacks(&Target::avx512))
      throw Error({.what = "CompileOptions::target: this machine cannot run code for the target",
                   .where = location_,
                   .expected = "at most " + to_string(host),
                   .got = to_string(target_)});
  }

  // From the captured graph to `plan_`; false where the user wants no more.
  bool lower() {
    report("import");
    mlir::OwningOpRef<mlir::ModuleOp> module = ir::import_network(network_, context_);
    report("passes");
    passes::PipelineOptions pipeline{.catalogue = &catalogue_,
                                     .target = target_,
                                     .layers = choices(),
                                     .dump_directory = options_.dump_phases.string()};
    if (options_.stop_after != driver_phase)
      pipeline.stop_after = options_.stop_after;
    const driver::Diagnostics diagnostics(context_);
    if (mlir::failed(passes::run_pipeline(*module, pipeline)))
      diagnostics.fail("lowering '" + network_.name() + "'", location_);
    if (!pipeline.stop_after.empty())
      return false;
    plan_ = ir::plan_of(*module);
    return true;
  }

  std::map<std::string, passes::LayerChoice> choices() const {
    std::map<std::string, passes::LayerChoice> choices;
    for (const auto& [layer, schedule] : options_.schedules)
      choices[layer].schedule = schedule.to_string();
    for (const auto& [layer, algorithm] : options_.algorithms)
      choices[layer].algorithm = algorithm;
    return choices;
  }

  std::vector<std::byte> build_driver() {
    report(driver_phase);
    const driver::Diagnostics diagnostics(context_);
    mlir::OwningOpRef<mlir::ModuleOp> module = emit::build_driver(plan_, context_);
    if (!options_.dump_phases.empty())
      driver::write_text(options_.dump_phases / fmt::format("{:02}_{}.mlir",
                                                            passes::phase_names().size() + 1,
                                                            driver_phase),
                         emit::to_text(*module));
    return emit::compile_to_object(*module);
  }

  std::vector<driver::CompiledKernel> compile_kernels() {
    report("kernels");
    const std::unique_ptr<catalogue::KernelCompiler> compiler = kernels::make_halide_compiler();
    driver::KernelJobs jobs{.plan = plan_,
                            .network = network_,
                            .compiler = *compiler,
                            .target = target_,
                            .threads = options_.threads ? options_.threads
                                                        : catalogue::Target::host().threads,
                            .dump_folder = {},
                            .done = {}};
    if (options_.dump_kernels)
      jobs.dump_folder = options_.dump_phases / "kernels";
    if (options_.progress)
      jobs.done = [this](const std::string& layer, int done, int total) {
        options_.progress({"kernels", layer, done, total, seconds()});
      };
    return driver::compile_kernels(jobs);
  }

  Model link(const std::vector<std::byte>& driver_object,
             std::vector<driver::CompiledKernel> kernels) {
    report("link");
    std::vector<emit::JitObject> objects{{"the driver function", driver_object}};
    uint64_t scratch = 0; // one thread runs one kernel at a time
    for (const driver::CompiledKernel& kernel : kernels) {
      objects.push_back(
          {kernel.info.layers.front(), std::as_bytes(std::span(kernel.object.object))});
      scratch = std::max(scratch, static_cast<uint64_t>(kernel.object.thread_scratch_bytes));
    }
    emit::Jit jit(objects, emit::driver_symbol);

    std::vector<std::string> names;
    for (const ir::PlanValue& parameter : plan_.parameters)
      names.push_back(parameter.name);
    driver::Weights weights(network_, names, location_);
    std::vector<const void*> data = weights.data();
    const auto entry = jit.entry();
    std::shared_ptr<const LoadedProgram> program(new LoadedProgram{
        std::move(jit), std::move(weights), {plan_, std::move(data), scratch, entry}});

    std::vector<KernelInfo> infos;
    for (driver::CompiledKernel& kernel : kernels)
      infos.push_back(std::move(kernel.info));
    return ModelBuilder::make(plan_, std::move(program), std::move(infos), seconds());
  }

  double seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin_).count();
  }

  void report(const char* phase) const {
    if (options_.progress)
      options_.progress({phase, "", 0, 0, seconds()});
  }

  const Network& network_;
  const CompileOptions& options_;
  const SourceLocation location_;
  const catalogue::Target target_;
  const catalogue::Catalogue catalogue_ = kernels::make_catalogue();
  const std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
  mlir::MLIRContext context_;
  ir::Plan plan_;
};

} // namespace

Model compile(const Network& network, const CompileOptions& options, SourceLocation location) {
  return Compilation(network, options, location).run();
}

} // namespace fovea
