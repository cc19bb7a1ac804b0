#include "runtime/core/check.hpp"
#include "runtime/core/state.hpp"

#include <fovea/runtime/core.h>

#include <string.h>

namespace fovea::core {

using ull = unsigned long long;

namespace {
struct Call {
  fovea_context& context;
  const fovea_program& program;
  const fovea_buffer* inputs;
  uint64_t input_count;
  fovea_buffer* outputs;
  uint64_t output_count;
  Message message;
};
} // namespace

// The smaller `struct_size` of a caller is refused before any field behind it is read.
static fovea_status check_tensors(Call& call) {
  const fovea_program& program = call.program;
  if (fovea_status status = check_buffers(call.inputs, call.input_count, program.input_count,
                                          program.name, "input", call.message))
    return status;
  if (fovea_status status = check_buffers(call.outputs, call.output_count, program.output_count,
                                          program.name, "output", call.message))
    return status;
  for (uint64_t i = 0; i < call.input_count; ++i)
    if (fovea_status status = check_buffer(*element(program.inputs, i), *element(call.inputs, i),
                                           Extents::read, {program.name, "input", i}, call.message))
      return status;
  for (uint64_t i = 0; i < call.output_count; ++i)
    if (fovea_status status =
            check_buffer(*element(program.outputs, i), *element(call.outputs, i), Extents::written,
                         {program.name, "output", i}, call.message))
      return status;
  return FOVEA_OK;
}

static bool overlap(const void* a, uint64_t a_bytes, const void* b, uint64_t b_bytes) {
  uintptr_t first = reinterpret_cast<uintptr_t>(a), second = reinterpret_cast<uintptr_t>(b);
  return a_bytes && b_bytes && first < second + b_bytes && second < first + a_bytes;
}

// One written tensor against all others. Kernels may read an input after they have begun to write
// an output, so memory shared between the two gives wrong numbers.
static fovea_status check_written(Call& call, const fovea_tensor_info& info, const void* data,
                                  const char* role, uint64_t skip_input, uint64_t first_output) {
  auto refuse = [&](const char* other_role, const char* other) {
    return call.message.fail(
        FOVEA_ERROR_INVALID_ARGUMENT,
        "%s: %s '%s' is written and overlaps %s '%s'; expected memory of its own",
        call.program.name, role, info.name, other_role, other);
  };
  for (uint64_t i = 0; i < call.input_count; ++i) {
    const fovea_tensor_info& other = *element(call.program.inputs, i);
    if (i != skip_input && overlap(data, info.bytes, element(call.inputs, i)->data, other.bytes))
      return refuse("input", other.name);
  }
  for (uint64_t i = first_output; i < call.output_count; ++i) {
    const fovea_tensor_info& other = *element(call.program.outputs, i);
    if (overlap(data, info.bytes, element(call.outputs, i)->data, other.bytes))
      return refuse("output", other.name);
  }
  for (uint64_t i = 0; i < call.program.parameter_count; ++i) {
    const fovea_tensor_info& other = *element(call.program.parameters, i);
    if (overlap(data, info.bytes, call.context.model->parameters[i], other.bytes))
      return refuse("parameter", other.name);
  }
  return FOVEA_OK;
}

static fovea_status check_overlap(Call& call) {
  for (uint64_t i = 0; i < call.output_count; ++i)
    if (fovea_status status =
            check_written(call, *element(call.program.outputs, i), element(call.outputs, i)->data,
                          "output", UINT64_MAX, i + 1))
      return status;
  for (uint64_t i = 0; i < call.input_count; ++i) {
    const fovea_tensor_info& info = *element(call.program.inputs, i);
    if (!(info.flags & FOVEA_TENSOR_IN_OUT))
      continue;
    // Outputs were compared with every input above.
    if (fovea_status status =
            check_written(call, info, element(call.inputs, i)->data, "input", i, call.output_count))
      return status;
  }
  return FOVEA_OK;
}

static void prepare(Call& call) {
  fovea_context& context = call.context;
  for (uint64_t i = 0; i < call.input_count; ++i)
    context.inputs[i] = element(call.inputs, i)->data;
  for (uint64_t i = 0; i < call.output_count; ++i) {
    context.outputs[i] = element(call.outputs, i)->data;
    memcpy(context.extents[i], element(call.program.outputs, i)->extents,
           sizeof(int64_t[FOVEA_MAX_RANK]));
  }
  context.scratch_missing.store(0, std::memory_order_relaxed);
  context.executor_broken.store(false, std::memory_order_relaxed);
  context.bad_output = 0;
}

// What hooks noticed while kernels ran. These are bugs of a program or an executor, and they come
// before the code that the program returned, which they may have caused.
static fovea_status check_violations(Call& call, int code) {
  fovea_context& context = call.context;
  const char* name = call.program.name;
  if (context.executor_broken.load(std::memory_order_relaxed))
    return call.message.fail(
        FOVEA_ERROR_INVALID_ARGUMENT,
        "%s: the executor's parallel_for left tasks out, gave one worker to two "
        "tasks at a time, or a worker outside [0,%d)",
        name, context.threads);
  if (uint64_t missing = context.scratch_missing.load(std::memory_order_relaxed))
    return call.message.fail(
        FOVEA_ERROR_INTERNAL,
        "%s: a kernel needed %llu bytes of scratch more than the %llu that the "
        "program states; this is a bug of the compiler that made it",
        name, ull(missing), ull(call.program.thread_scratch_bytes));
  if (context.bad_output)
    return call.message.fail(
        FOVEA_ERROR_INTERNAL,
        "%s: an extent outside its bound was reported for output %d; this is a "
        "bug of the compiler that made the program",
        name, context.bad_output - 1);
  if (code)
    return call.message.fail(FOVEA_ERROR_KERNEL_FAILED, "%s: a kernel failed with code %d", name,
                             code);
  return FOVEA_OK;
}

static fovea_status execute(Call& call) {
  fovea_context& context = call.context;
  prepare(call);
  int code = call.program.entry(&context.workers[0], context.inputs, context.outputs,
                                context.model->parameters, context.workspace);
  for (int i = 0; i < context.threads; ++i)
    reset_scratch(context.workers[i]);
  if (fovea_status status = check_violations(call, code))
    return status;
  for (uint64_t i = 0; i < call.output_count; ++i)
    memcpy(element(call.outputs, i)->extents, context.extents[i], sizeof(int64_t[FOVEA_MAX_RANK]));
  return FOVEA_OK;
}

} // namespace fovea::core

using namespace fovea::core;

extern "C" fovea_status fovea_core_run(fovea_context* context, const fovea_buffer* inputs,
                                       uint64_t input_count, fovea_buffer* outputs,
                                       uint64_t output_count) {
  if (!context)
    return FOVEA_ERROR_NULL_POINTER;
  if (context->busy.exchange(true, std::memory_order_acquire))
    return FOVEA_ERROR_CONTEXT_BUSY; // the message belongs to the call that is under way
  Call call{*context,
            *context->model->program,
            inputs,
            input_count,
            outputs,
            output_count,
            Message(context->message_text, sizeof context->message_text)};
  fovea_status status = check_tensors(call);
  if (!status)
    status = check_overlap(call);
  if (!status)
    status = execute(call);
  context->busy.store(false, std::memory_order_release);
  return status;
}
