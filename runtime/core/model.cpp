#include "runtime/core/model.hpp"

#include "runtime/core/check.hpp"

#include <fovea/runtime/core.h>

#include <new>

namespace fovea::core {

void retain(const fovea_model& model) {
  model.references.fetch_add(1, std::memory_order_relaxed);
}

void release(const fovea_model* model) {
  if (model->references.fetch_sub(1, std::memory_order_acq_rel) != 1)
    return;
  fovea_allocator allocator = model->allocator;
  uint64_t bytes = model->block_bytes;
  if (model->prepared)
    allocator.release(allocator.user, model->prepared, model->program->prepared_bytes);
  unmap_weights(model->weights);
  model->~fovea_model();
  allocator.release(allocator.user, const_cast<fovea_model*>(model), bytes);
}

static const void* given_data(const OpenRequest& request, uint64_t index) {
  if (request.pointers)
    return request.pointers[index];
  return request.buffers ? element(request.buffers, index)->data : nullptr;
}

static const void* embedded_data(const fovea_program& program, uint64_t index) {
  return program.parameter_data ? program.parameter_data[index] : nullptr;
}

static bool needs_weights_file(const OpenRequest& request) {
  const fovea_program& program = *request.program;
  if (program.weights_file)
    for (uint64_t i = 0; i < program.parameter_count; ++i)
      if (element(program.parameters, i)->bytes && !given_data(request, i) &&
          !embedded_data(program, i))
        return true;
  return false;
}

static fovea_status map_weights_if_needed(const OpenRequest& request, Mapping* mapping,
                                          Message& message) {
  if (needs_weights_file(request))
    return map_weights(*request.program, request.weights_path, mapping, message);
  if (request.weights_path)
    return message.fail(FOVEA_ERROR_INVALID_ARGUMENT,
                        "%s: expected no weights_path, since %s; got '%s'", request.program->name,
                        request.program->weights_file ? "all parameters are given"
                                                      : "the program has no weights file",
                        request.weights_path);
  return FOVEA_OK;
}

// The caller's where it gives one, else the program's own, else the weights file's.
static fovea_status bind_parameter(const OpenRequest& request, const Mapping& weights,
                                   uint64_t index, const void** bound, Message& message) {
  const fovea_program& program = *request.program;
  const fovea_tensor_info& info = *element(program.parameters, index);
  const Place place{program.name, "parameter", index};
  const void* given = given_data(request, index);
  if (given && request.buffers)
    if (fovea_status status =
            check_buffer(info, *element(request.buffers, index), Extents::read, place, message))
      return status;
  *bound = given ? given : embedded_data(program, index);
  if (!*bound && weights.begin)
    *bound = weights.begin + program.weights_file->offsets[index];
  if (!*bound && info.bytes)
    return message.fail(FOVEA_ERROR_NULL_POINTER,
                        "%s: parameter '%s' is not embedded: expected it in the options' "
                        "parameters",
                        program.name, info.name);
  return check_memory(info, *bound, place, message);
}

static fovea_status fill(fovea_model& model, const OpenRequest& request, Message& message) {
  if (fovea_status status = map_weights_if_needed(request, &model.weights, message))
    return status;
  for (uint64_t i = 0; i < request.program->parameter_count; ++i)
    if (fovea_status status =
            bind_parameter(request, model.weights, i, &model.parameters[i], message))
      return status;
  return prepare(model, message);
}

fovea_status open_model(const OpenRequest& request, fovea_model** opened, Message& message) {
  const fovea_program& program = *request.program;
  fovea_allocator allocator;
  if (fovea_status status = take_allocator(request.allocator, &allocator, message))
    return status;
  uint64_t bytes = sizeof(fovea_model) + (program.parameter_count + 1) * sizeof(void*);
  void* block = allocator.allocate(allocator.user, bytes, FOVEA_MEMORY_ALIGNMENT);
  if (!block)
    return message.fail(FOVEA_ERROR_OUT_OF_MEMORY, "%s: no memory for a model (%llu bytes)",
                        program.name, static_cast<unsigned long long>(bytes));
  fovea_model* model = new (block) fovea_model{&program, allocator, nullptr, nullptr, {}, bytes, 1};
  model->parameters = reinterpret_cast<const void**>(model + 1);
  model->parameters[program.parameter_count] = nullptr;
  if (fovea_status status = fill(*model, request, message)) {
    release(model);
    return status;
  }
  *opened = model;
  return FOVEA_OK;
}

} // namespace fovea::core

using namespace fovea::core;

static fovea_status open(const fovea_program* program, const fovea_model_options& options,
                         fovea_model** model, Message& message) {
  if (fovea_status status =
          check_host_struct(&options, sizeof(fovea_model_options), "model options", message))
    return status;
  if (fovea_status status = check_program(program, message))
    return status;
  OpenRequest request{program, nullptr, nullptr, options.allocator, options.weights_path};
  if (options.parameter_count) {
    request.buffers = options.parameters;
    if (fovea_status status =
            check_buffers(options.parameters, options.parameter_count, program->parameter_count,
                          program->name, "parameter", message))
      return status;
  }
  return open_model(request, model, message);
}

extern "C" fovea_status fovea_core_model_open(const fovea_program* program,
                                              const fovea_model_options* options,
                                              fovea_model** model) {
  Message message = message_of(options);
  if (!model)
    return message.fail(FOVEA_ERROR_NULL_POINTER,
                        "model_open: expected where to put the model, got null");
  *model = nullptr;
  const fovea_model_options defaults{};
  return open(program, options ? *options : defaults, model, message);
}

extern "C" void fovea_core_model_close(fovea_model* model) {
  if (model)
    release(model);
}

extern "C" const fovea_program* fovea_core_model_program(const fovea_model* model) {
  return model ? model->program : nullptr;
}

extern "C" uint64_t fovea_core_input_count(const fovea_model* model) {
  return model ? model->program->input_count : 0;
}

extern "C" uint64_t fovea_core_output_count(const fovea_model* model) {
  return model ? model->program->output_count : 0;
}

extern "C" uint64_t fovea_core_parameter_count(const fovea_model* model) {
  return model ? model->program->parameter_count : 0;
}

extern "C" const fovea_tensor_info* fovea_core_input_info(const fovea_model* model,
                                                          uint64_t index) {
  return index < fovea_core_input_count(model) ? element(model->program->inputs, index) : nullptr;
}

extern "C" const fovea_tensor_info* fovea_core_output_info(const fovea_model* model,
                                                           uint64_t index) {
  return index < fovea_core_output_count(model) ? element(model->program->outputs, index) : nullptr;
}

extern "C" const fovea_tensor_info* fovea_core_parameter_info(const fovea_model* model,
                                                              uint64_t index) {
  return index < fovea_core_parameter_count(model) ? element(model->program->parameters, index)
                                                   : nullptr;
}
