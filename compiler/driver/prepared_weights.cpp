#include "compiler/driver/prepared_weights.hpp"

#include "compiler/emit/driver_function.hpp"
#include "compiler/emit/jit.hpp"
#include "compiler/emit/object.hpp"

namespace fovea::driver {
namespace {

// The plan without its network.
ir::Plan only_preparations(const ir::Plan& plan) {
  ir::Plan only = plan;
  only.inputs.clear();
  only.outputs.clear();
  only.calls.clear();
  only.arena_bytes = only.arena_lower_bound = 0;
  return only;
}

} // namespace

PreparedWeights::PreparedWeights(Compilation& compilation,
                                 const std::vector<const void*>& weights) {
  compilation.report("prepare");
  const ir::Plan& plan = compilation.plan();
  const std::vector<CompiledKernel> compiled = compilation.compile_preparations_here();
  mlir::MLIRContext context(mlir::MLIRContext::Threading::DISABLED);
  const std::vector<std::byte> driver =
      emission::compile_to_object(*emission::build_driver(only_preparations(plan), context));
  std::vector<emission::JitObject> objects{{"the function that prepares", driver}};
  for (const CompiledKernel& kernel : compiled)
    objects.push_back({kernel.info.layers.front(), std::as_bytes(std::span(kernel.object.object))});
  const emission::Jit jit(objects, "", emission::prepare_symbol);

  block = host::HostTensor::uninitialised(FOVEA_U8, {plan.prepared_bytes});
  // Without a context of the runtime: one thread, scratch from the C library.
  if (const int code = jit.prepare()(nullptr, weights.data(), block.bytes()))
    throw Error({.what = "internal error: preparing the weights of '" + plan.name +
                         "' failed with code " + std::to_string(code),
                 .where = compilation.location()});
  kernels = infos_of(compiled, &CompiledKernel::prepares);
}

} // namespace fovea::driver
