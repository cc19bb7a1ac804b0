#include "kernel_realisation.hpp"

#include "compiler/emit/driver_function.hpp"
#include "compiler/emit/jit.hpp"
#include "compiler/emit/object.hpp"
#include "compiler/emit/program.hpp"

#include <fovea/catalogue/kernel.hpp>
#include <fovea/kernels/kernels.hpp>
#include <fovea/runtime/core.h>
#include <fovea/runtime/model.hpp>

#include <mlir/IR/MLIRContext.h>

namespace fovea::testing {
namespace {

constexpr const char* symbol = "fovea_kernel_under_test";

// A network of one kernel: the operands are its inputs, the results its outputs.
ir::Plan plan_of(const catalogue::KernelRequest& request) {
  const Definition& definition = request.definition;
  ir::Plan plan;
  plan.name = definition.name;
  ir::Call call{.symbol = request.symbol,
                .definition = definition,
                .algorithm = request.algorithm,
                .schedule = {},
                .layer = definition.name,
                .ops = definition.name,
                .operands = {},
                .results = {}};
  for (const Operand& operand : definition.operands) {
    const auto number = static_cast<int>(plan.inputs.size());
    call.operands.push_back({ir::Slot::Kind::input, number, 0, operand.type});
    plan.inputs.push_back({"operand" + std::to_string(number), operand.type});
  }
  for (int result : definition.results) {
    const TensorType type = definition.type_of(definition.tensor_of_equation(result));
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
      {"driver function", driver},
      {"kernel", {reinterpret_cast<const std::byte*>(kernel.object.data()), kernel.object.size()}}};
  emission::Jit jit(objects, emission::driver_symbol);
  const emission::ProgramTable::Code code{.entry = jit.entry(),
                                          .thread_scratch_bytes =
                                              static_cast<uint64_t>(kernel.thread_scratch_bytes)};
  return std::shared_ptr<const Program>(new Program{std::move(jit), {plan, {}, code}});
}

fovea_buffer buffer_of(const TensorType& type, const void* data) {
  fovea_buffer buffer{};
  buffer.struct_size = sizeof buffer;
  buffer.data = const_cast<void*>(data); // inputs are not written
  buffer.bytes = static_cast<uint64_t>(type.bytes());
  buffer.dtype = static_cast<fovea_dtype>(type.dtype);
  buffer.rank = type.shape.rank();
  for (int d = 0; d < type.shape.rank(); ++d)
    buffer.extents[d] = type.shape[d];
  return buffer;
}

} // namespace

Run compile_kernel(const Definition& definition, const catalogue::Algorithm& algorithm,
                   const std::optional<Schedule>& schedule) {
  catalogue::KernelRequest request{.definition = definition,
                                   .algorithm = std::string(algorithm.name()),
                                   .schedule = schedule,
                                   .target = catalogue::Target::host(),
                                   .symbol = symbol};
  request.target.threads = 2; // that schedules divide the work among
  const ir::Plan plan = plan_of(request);
  static const auto compiler = kernels::make_halide_compiler();
  const std::shared_ptr<const Program> program = link(plan, compiler->compile(request));
  const host::Model model(*fovea_core_table(), program->table.program(), nullptr, program);
  return [plan, model](const std::vector<const void*>& operands, const std::vector<void*>& results,
                       int threads) {
    std::vector<fovea_buffer> inputs, outputs;
    for (size_t k = 0; k < operands.size(); ++k)
      inputs.push_back(buffer_of(plan.inputs[k].type, operands[k]));
    for (size_t k = 0; k < results.size(); ++k)
      outputs.push_back(buffer_of(plan.outputs[k].type, results[k]));
    host::Context(model, static_cast<uint32_t>(threads)).run(inputs, outputs);
  };
}

std::vector<Realisation> kernel_realisations() {
  std::vector<Realisation> list;
  const catalogue::Catalogue known = kernels::make_catalogue();
  const catalogue::Target host = catalogue::Target::host();
  for (const catalogue::Algorithm* algorithm : known.algorithms()) {
    Realisation realisation{
        "kernel " + std::string(algorithm->name()),
        [=](const Definition& definition) {
          return algorithm->matches({definition, host});
        },
        [=](const Definition& definition) { return compile_kernel(definition, *algorithm); }};
    if (algorithm->error_bound() == catalogue::ErrorBound::transform)
      realisation.transform_error = [=](const Definition& definition,
                                        const std::vector<double>& magnitudes) {
        return algorithm->transform_error({definition, host}, magnitudes);
      };
    list.push_back(std::move(realisation));
  }
  return list;
}

} // namespace fovea::testing
