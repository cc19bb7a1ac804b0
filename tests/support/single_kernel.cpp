#include "single_kernel.hpp"

#include "compiler/emit/driver_function.hpp"
#include "compiler/emit/jit.hpp"
#include "compiler/emit/object.hpp"
#include "compiler/emit/program.hpp"

#include <fovea/runtime/core.h>

#include <mlir/IR/MLIRContext.h>

#include <memory>
#include <span>
#include <string>

namespace fovea::testing {
namespace {

// A network of one kernel: the operands are its inputs, the results its outputs.
ir::Plan plan_of(const catalogue::KernelRequest& request, const catalogue::KernelObject& kernel) {
  ir::Plan plan;
  plan.name = request.definition.name;
  ir::Call call{.symbol = request.symbol,
                .definition = request.definition,
                .algorithm = request.algorithm,
                .schedule = {},
                .layer = request.definition.name,
                .ops = request.definition.name,
                .operands = {},
                .results = {},
                .forms = request.forms};
  for (const TensorType& type : kernel.operands) {
    const auto number = static_cast<int>(plan.inputs.size());
    call.operands.push_back({ir::Slot::Kind::input, number, 0, type});
    plan.inputs.push_back({"operand" + std::to_string(number), type});
  }
  for (const TensorType& type : kernel.results) {
    const auto number = static_cast<int>(plan.outputs.size());
    call.results.push_back({ir::Slot::Kind::output, number, 0, type});
    plan.outputs.push_back({"result" + std::to_string(number), type});
  }
  plan.calls.push_back(std::move(call));
  return plan;
}

// The code and the table that describes it; the model points into both.
struct Program {
  emission::Jit jit;
  emission::ProgramTable table;
};

std::shared_ptr<const Program> link(const ir::Plan& plan, const catalogue::KernelObject& kernel) {
  mlir::MLIRContext context;
  context.disableMultithreading();
  const std::vector<std::byte> driver =
      emission::compile_to_object(*emission::build_driver(plan, context));
  const std::vector<emission::JitObject> objects = {
      {"driver function", driver}, {"kernel", std::as_bytes(std::span(kernel.object))}};
  emission::Jit jit(objects, emission::driver_symbol);
  const emission::ProgramTable::Code code{.entry = jit.entry(),
                                          .thread_scratch_bytes =
                                              static_cast<uint64_t>(kernel.thread_scratch_bytes)};
  return std::shared_ptr<const Program>(new Program{std::move(jit), {plan, {}, code}});
}

host::Model model_of(const catalogue::KernelRequest& request,
                     const catalogue::KernelObject& kernel) {
  const std::shared_ptr<const Program> program = link(plan_of(request, kernel), kernel);
  return {*fovea_core_table(), program->table.program(), nullptr, program};
}

} // namespace

SingleKernel::SingleKernel(const catalogue::KernelRequest& request,
                           const catalogue::KernelCompiler& compiler)
    : SingleKernel(request, compiler.compile(request)) {}

SingleKernel::SingleKernel(const catalogue::KernelRequest& request,
                           const catalogue::KernelObject& kernel)
    : operands_(kernel.operands), results_(kernel.results), model_(model_of(request, kernel)) {}

std::vector<fovea_buffer> buffers_of(const std::vector<TensorType>& types,
                                     const std::vector<const void*>& data) {
  std::vector<fovea_buffer> buffers;
  for (const TensorType& type : types) {
    fovea_buffer buffer{};
    buffer.struct_size = sizeof buffer;
    buffer.data = const_cast<void*>(data.at(buffers.size())); // inputs are not written
    buffer.bytes = static_cast<uint64_t>(type.bytes());
    buffer.dtype = static_cast<fovea_dtype>(type.dtype);
    buffer.rank = type.shape.rank();
    for (int d = 0; d < type.shape.rank(); ++d)
      buffer.extents[d] = type.shape[d];
    buffers.push_back(buffer);
  }
  return buffers;
}

} // namespace fovea::testing
