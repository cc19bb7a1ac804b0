#include "compiler/driver/model_state.hpp"

#include <fovea/runtime/core.h>

namespace fovea {

static std::vector<TensorInfo> infos(const std::vector<ir::PlanValue>& values) {
  std::vector<TensorInfo> list;
  for (const ir::PlanValue& value : values)
    list.push_back({value.name, value.type});
  return list;
}

Model ModelBuilder::make(const ir::Plan& plan, std::shared_ptr<const LoadedProgram> program,
                         Facts facts) {
  const fovea_program& table = program->table.program();
  const int64_t parameter_bytes = program->weights.bytes();
  try {
    return Model(std::shared_ptr<Model::State>(
        new Model::State{plan.name,
                         infos(plan.inputs),
                         infos(plan.outputs),
                         std::move(facts.kernels),
                         std::move(facts.preparations),
                         facts.seconds,
                         plan.arena_bytes,
                         parameter_bytes,
                         plan.prepared_bytes,
                         host::Model(*fovea_core_table(), table, nullptr, std::move(program)),
                         {},
                         {}}));
  } catch (const host::RunError& error) {
    throw Error({.what = "internal error: the runtime refuses the program of '" + plan.name + "'",
                 .detail = error.what()});
  }
}

Model::State& Model::state() const {
  if (!state_)
    throw Error({.what = "there is no model: it was default-constructed, or compile() was told to "
                         "stop after a phase"});
  return *state_;
}

const std::string& Model::name() const {
  return state().name;
}
const std::vector<TensorInfo>& Model::inputs() const {
  return state().inputs;
}
const std::vector<TensorInfo>& Model::outputs() const {
  return state().outputs;
}
const std::vector<KernelInfo>& Model::kernels() const {
  return state().kernels;
}
const std::vector<KernelInfo>& Model::preparations() const {
  return state().preparations;
}
double Model::compile_seconds() const {
  return state().compile_seconds;
}
int64_t Model::arena_bytes() const {
  return state().arena_bytes;
}
int64_t Model::parameter_bytes() const {
  return state().parameter_bytes;
}

int64_t Model::prepared_bytes() const {
  return state().prepared_bytes;
}

const host::Model& Model::runtime() const {
  return state().model;
}

void Model::run(std::span<const NamedInput> inputs, std::span<const NamedOutput> outputs,
                SourceLocation location) const {
  State& state = this->state();
  const std::lock_guard lock(state.mutex);
  if (!state.own_context)
    state.own_context.emplace(context({}, location));
  state.own_context->run(inputs, outputs, location);
}

Model::Single Model::only_tensors(SourceLocation location) const {
  const State& state = this->state();
  if (state.inputs.size() != 1 || state.outputs.size() != 1)
    throw Error({.what = "model '" + state.name + "' cannot be called as a function of one tensor",
                 .where = location,
                 .expected = "one input and one output",
                 .got = std::to_string(state.inputs.size()) + " inputs and " +
                        std::to_string(state.outputs.size()) + " outputs",
                 .hint = "use model.run({{\"name\", x}, ...}, {{\"name\", y}, ...})"});
  return {state.inputs[0], state.outputs[0]};
}

} // namespace fovea
