#include "compiler/driver/compilation.hpp"
#include "compiler/driver/model_state.hpp"
#include "compiler/emit/driver_function.hpp"
#include "compiler/emit/object.hpp"

#include <fovea/compile.hpp>

#if __has_include(<malloc.h>)
#include <malloc.h>
#endif

namespace fovea {
namespace {

// What compiling has freed, to the system: prepared weights come next, which may be large.
void give_back_memory() {
#ifdef __GLIBC__
  malloc_trim(0);
#endif
}

// Plan, code and weights as a model in this process.
Model link(driver::Compilation& compilation, const std::vector<std::byte>& driver_object,
           const std::vector<driver::CompiledKernel>& kernels) {
  using driver::CompiledKernel;
  compilation.report("link");
  std::vector<emission::JitObject> objects{{"the driver function", driver_object}};
  for (const driver::CompiledKernel& kernel : kernels)
    objects.push_back({kernel.info.layers.front(), std::as_bytes(std::span(kernel.object.object))});
  const ir::Plan& plan = compilation.plan();
  emission::Jit jit(objects, emission::driver_symbol,
                    plan.preparations.empty() ? "" : emission::prepare_symbol);

  driver::Weights weights(compilation.network(), driver::parameter_names(plan),
                          compilation.location());
  emission::ProgramTable::Code code{
      .entry = jit.entry(),
      .thread_scratch_bytes = driver::scratch_bytes(kernels, &CompiledKernel::runs),
      .cpu_features = emission::cpu_features(compilation.target()),
      .prepare = jit.prepare(),
      .prepare_scratch_bytes = driver::scratch_bytes(kernels, &CompiledKernel::prepares)};
  std::vector<const void*> data = weights.data();
  std::shared_ptr<const LoadedProgram> program(
      new LoadedProgram{std::move(jit), std::move(weights), {plan, std::move(data), code}});

  return ModelBuilder::make(plan, std::move(program),
                            {.kernels = driver::infos_of(kernels, &CompiledKernel::runs),
                             .preparations = driver::infos_of(kernels, &CompiledKernel::prepares),
                             .seconds = compilation.seconds()});
}

} // namespace

Model driver::make_model(Compilation& compilation) {
  const std::vector<CompiledKernel> kernels =
      compilation.compile_kernels(Compilation::Preparations::with);
  const std::vector<std::byte> object =
      emission::compile_to_object(*compilation.build_driver(compilation.plan()));
  give_back_memory();
  return link(compilation, object, kernels);
}

Model compile(const Network& network, const CompileOptions& options, SourceLocation location) {
  driver::Compilation compilation(network, options, location);
  if (!options.stop_after.empty()) {
    if (compilation.lower())
      compilation.build_driver(compilation.plan());
    return {};
  }
  compilation.check_runs_here();
  driver::check_weights_set(network, location);
  compilation.lower();
  return driver::make_model(compilation);
}

} // namespace fovea
