#include "compiler/driver/model_state.hpp"

#include <fovea/runtime/core.h>

namespace fovea {

struct Context::State {
  // Copies: a context outlives its model.
  std::string name;
  std::vector<TensorInfo> inputs, outputs;
  host::Context context;
  std::vector<fovea_buffer> input_buffers, output_buffers; // prepared: run fills in the addresses
};

static std::vector<fovea_buffer> prepare(const std::vector<TensorInfo>& tensors) {
  std::vector<fovea_buffer> buffers;
  for (const TensorInfo& tensor : tensors) {
    fovea_buffer buffer{};
    buffer.struct_size = sizeof buffer;
    buffer.bytes = static_cast<uint64_t>(tensor.type.bytes());
    buffer.dtype = static_cast<fovea_dtype>(tensor.type.dtype);
    buffer.rank = tensor.type.shape.rank();
    for (int k = 0; k < buffer.rank; ++k)
      buffer.extents[k] = tensor.type.shape[k];
    buffers.push_back(buffer);
  }
  return buffers;
}

static std::string names_of(const std::vector<TensorInfo>& tensors) {
  std::string names;
  for (const TensorInfo& tensor : tensors)
    names += (names.empty() ? "'" : ", '") + tensor.name + "'";
  return names;
}

// What the caller gave for one list of a model's tensors, put into the prepared buffers.
template <class Named>
static void bind_tensors(const std::string& model, const char* role,
                         const std::vector<TensorInfo>& tensors, std::span<const Named> given,
                         std::vector<fovea_buffer>& buffers, SourceLocation location) {
  auto subject = [&](std::string_view name) {
    return "model '" + model + "', " + role + " '" + std::string(name) + "': ";
  };
  for (fovea_buffer& buffer : buffers)
    buffer.data = nullptr;
  for (const Named& argument : given) {
    size_t k = 0;
    while (k < tensors.size() && tensors[k].name != argument.name)
      ++k;
    if (k == tensors.size())
      throw Error({.what = subject(argument.name) + "there is none of this name",
                   .where = location,
                   .expected = names_of(tensors),
                   .got = "'" + std::string(argument.name) + "'"});
    if (buffers[k].data)
      throw Error({.what = subject(argument.name) + "given twice", .where = location});
    if (argument.view.type != tensors[k].type)
      throw Error(
          {.what = subject(argument.name) + "wrong " +
                   (argument.view.type.dtype != tensors[k].type.dtype ? "element type" : "shape"),
           .where = location,
           .expected = to_string(tensors[k].type),
           .got = to_string(argument.view.type)});
    if (!argument.view.data)
      throw Error({.what = subject(argument.name) + "the address is null", .where = location});
    buffers[k].data = const_cast<void*>(static_cast<const void*>(argument.view.data));
  }
  for (size_t k = 0; k < tensors.size(); ++k)
    if (!buffers[k].data)
      throw Error({.what = subject(tensors[k].name) + "not given",
                   .where = location,
                   .expected = to_string(tensors[k].type)});
}

Context::Context(std::unique_ptr<State> state) : state_(std::move(state)) {}
Context::~Context() = default;
Context::Context(Context&&) noexcept = default;
Context& Context::operator=(Context&&) noexcept = default;

Context Model::context(const ContextOptions& options, SourceLocation location) const {
  const State& state = this->state();
  if (options.threads < 0)
    throw Error(
        {.what = "a context of model '" + state.name + "' with a negative number of threads",
         .where = location,
         .expected = "threads >= 0 (0: all cores)",
         .got = std::to_string(options.threads)});
  try {
    return Context(std::unique_ptr<Context::State>(
        new Context::State{state.name, state.inputs, state.outputs,
                           host::Context(state.model, static_cast<uint32_t>(options.threads)),
                           prepare(state.inputs), prepare(state.outputs)}));
  } catch (const host::RunError& error) {
    throw Error({.what = error.what(), .where = location});
  }
}

int Context::threads() const {
  return static_cast<int>(state_->context.threads());
}

void Context::run(std::span<const NamedInput> inputs, std::span<const NamedOutput> outputs,
                  SourceLocation location) {
  State& state = *state_;
  bind_tensors(state.name, "input", state.inputs, inputs, state.input_buffers, location);
  bind_tensors(state.name, "output", state.outputs, outputs, state.output_buffers, location);
  try {
    state.context.run(state.input_buffers, state.output_buffers);
  } catch (const host::RunError& error) {
    throw Error({.what = error.what(), .where = location});
  }
}

} // namespace fovea
