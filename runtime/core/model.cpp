#include "runtime/core/check.hpp"
#include "runtime/core/state.hpp"

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
  model->~fovea_model();
  allocator.release(allocator.user, const_cast<fovea_model*>(model), bytes);
}

static fovea_status check_options(const fovea_model_options* options, Message& message) {
  return options ? check_struct(options, sizeof(fovea_model_options), "model options", message)
                 : FOVEA_OK;
}

static fovea_status check_given_parameters(const fovea_program& program,
                                           const fovea_model_options* options, Message& message) {
  if (!options || options->parameter_count == 0)
    return FOVEA_OK;
  return check_buffers(options->parameters, options->parameter_count, program.parameter_count,
                       program.name, "parameter", message);
}

// The caller's where it gives one, else the program's own.
static fovea_status bind_parameter(const fovea_program& program, const fovea_model_options* options,
                                   uint64_t index, const void** bound, Message& message) {
  const fovea_tensor_info& info = *element(program.parameters, index);
  if (options && options->parameter_count) {
    const fovea_buffer& given = *element(options->parameters, index);
    if (given.data) {
      *bound = given.data;
      return check_buffer(info, given, Extents::read, {program.name, "parameter", index}, message);
    }
  }
  *bound = program.parameter_data ? program.parameter_data[index] : nullptr;
  if (!*bound && info.bytes)
    return message.fail(
        FOVEA_ERROR_NULL_POINTER,
        "%s: parameter '%s' is not embedded: expected it in the options' parameters", program.name,
        info.name);
  return FOVEA_OK;
}

static fovea_status open(const fovea_program* program, const fovea_model_options* options,
                         fovea_model** opened, Message& message) {
  if (fovea_status status = check_program(program, message))
    return status;
  if (fovea_status status = check_given_parameters(*program, options, message))
    return status;
  fovea_allocator allocator;
  if (fovea_status status =
          take_allocator(options ? options->allocator : nullptr, &allocator, message))
    return status;
  uint64_t bytes = sizeof(fovea_model) + program->parameter_count * sizeof(void*);
  void* block = allocator.allocate(allocator.user, bytes, FOVEA_MEMORY_ALIGNMENT);
  if (!block)
    return message.fail(FOVEA_ERROR_OUT_OF_MEMORY, "%s: no memory for a model (%llu bytes)",
                        program->name, static_cast<unsigned long long>(bytes));
  fovea_model* model = new (block) fovea_model{program, allocator, nullptr, bytes, 1};
  model->parameters = reinterpret_cast<const void**>(model + 1);
  for (uint64_t i = 0; i < program->parameter_count; ++i)
    if (fovea_status status =
            bind_parameter(*program, options, i, &model->parameters[i], message)) {
      release(model);
      return status;
    }
  *opened = model;
  return FOVEA_OK;
}

} // namespace fovea::core

using namespace fovea::core;

extern "C" fovea_status fovea_core_model_open(const fovea_program* program,
                                              const fovea_model_options* options,
                                              fovea_model** model) {
  Message unheard(nullptr, 0);
  if (fovea_status status = check_options(options, unheard))
    return status;
  Message message(options ? options->message : nullptr, options ? options->message_bytes : 0);
  if (!model)
    return message.fail(FOVEA_ERROR_NULL_POINTER,
                        "model_open: expected where to put the model, got null");
  *model = nullptr;
  return open(program, options, model, message);
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
