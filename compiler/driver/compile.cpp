#include "compiler/driver/compilation.hpp"
#include "compiler/driver/model_state.hpp"
#include "compiler/emit/driver_function.hpp"
#include "compiler/emit/object.hpp"

#include <fovea/compile.hpp>

namespace fovea {
namespace {

// Plan, code and weights as a model in this process.
Model link(driver::Compilation& compilation, const std::vector<std::byte>& driver_object,
           std::vector<driver::CompiledKernel> kernels) {
  compilation.report("link");
  std::vector<emission::JitObject> objects{{"the driver function", driver_object}};
  for (const driver::CompiledKernel& kernel : kernels)
    objects.push_back({kernel.info.layers.front(), std::as_bytes(std::span(kernel.object.object))});
  emission::Jit jit(objects, emission::driver_symbol);

  const ir::Plan& plan = compilation.plan();
  driver::Weights weights(compilation.network(), driver::parameter_names(plan),
                          compilation.location());
  emission::ProgramTable::Code code{.entry = jit.entry(),
                                    .thread_scratch_bytes = driver::thread_scratch_bytes(kernels),
                                    .cpu_features = emission::cpu_features(compilation.target())};
  std::vector<const void*> data = weights.data();
  std::shared_ptr<const LoadedProgram> program(
      new LoadedProgram{std::move(jit), std::move(weights), {plan, std::move(data), code}});

  std::vector<KernelInfo> infos;
  for (driver::CompiledKernel& kernel : kernels)
    infos.push_back(std::move(kernel.info));
  return ModelBuilder::make(plan, std::move(program), std::move(infos), compilation.seconds());
}

} // namespace

Model driver::make_model(Compilation& compilation) {
  std::vector<CompiledKernel> kernels = compilation.compile_kernels();
  return link(compilation, emission::compile_to_object(*compilation.build_driver()),
              std::move(kernels));
}

Model compile(const Network& network, const CompileOptions& options, SourceLocation location) {
  driver::Compilation compilation(network, options, location);
  if (!options.stop_after.empty()) {
    if (compilation.lower())
      compilation.build_driver();
    return {};
  }
  compilation.check_runs_here();
  driver::check_weights_set(network, location);
  compilation.lower();
  return driver::make_model(compilation);
}

} // namespace fovea
