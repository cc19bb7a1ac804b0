// One run: check what the caller gives, enter the program, report.
#include "runtime/core/check.hpp"
#include "runtime/core/sets.hpp"
#include "runtime/core/state.hpp"

#include <fovea/runtime/core.h>
#include <fovea/runtime/library.h>

#include <string.h>

namespace fovea::core {

using ull = unsigned long long;

static bool overlap(const void* a, uint64_t a_bytes, const void* b, uint64_t b_bytes) {
  uintptr_t first = reinterpret_cast<uintptr_t>(a), second = reinterpret_cast<uintptr_t>(b);
  return a_bytes && b_bytes && first < second + b_bytes && second < first + a_bytes;
}

namespace {
// One tensor that a run is given.
struct Given {
  const char* role;
  const fovea_tensor_info& info;
  const void* data;
};
} // namespace

static fovea_status refuse_overlap(const fovea_context& context, const Given& given,
                                   const char* other_role, const char* other, Message& message) {
  return message.fail(FOVEA_ERROR_INVALID_ARGUMENT,
                      "%s: %s '%s' is written and overlaps %s '%s'; expected memory of its own",
                      context.program->name, given.role, given.info.name, other_role, other);
}

// One written tensor against all others. Kernels may read an input after they have begun to write
// an output, so memory shared between the two gives wrong numbers.
static fovea_status check_written(const fovea_context& context, const Given& given,
                                  uint64_t skip_input, uint64_t first_output, Message& message) {
  const fovea_program& program = *context.program;
  auto shared_with = [&given](const void* data, const fovea_tensor_info& info) {
    return overlap(given.data, given.info.bytes, data, info.bytes);
  };
  for (uint64_t i = 0; i < program.input_count; ++i) {
    const fovea_tensor_info& other = *element(program.inputs, i);
    if (i != skip_input && shared_with(context.inputs[i], other))
      return refuse_overlap(context, given, "input", other.name, message);
  }
  for (uint64_t i = first_output; i < program.output_count; ++i) {
    const fovea_tensor_info& other = *element(program.outputs, i);
    if (shared_with(context.outputs[i], other))
      return refuse_overlap(context, given, "output", other.name, message);
  }
  for (uint64_t i = 0; i < program.parameter_count; ++i) {
    const fovea_tensor_info& other = *element(program.parameters, i);
    if (shared_with(context.model->parameters[i], other))
      return refuse_overlap(context, given, "parameter", other.name, message);
  }
  return FOVEA_OK;
}

// Intermediate results would overwrite what lies in the workspace.
static fovea_status check_workspace(const fovea_context& context, const Given& given,
                                    Message& message) {
  if (!overlap(given.data, given.info.bytes, context.workspace, context.workspace_bytes))
    return FOVEA_OK;
  return message.fail(FOVEA_ERROR_INVALID_ARGUMENT,
                      "%s: %s '%s' overlaps the context's workspace; expected memory of its own",
                      context.program->name, given.role, given.info.name);
}

// The pointers that the run was given, as the context holds them now.
static fovea_status check_overlap(const fovea_context& context, Message& message) {
  const fovea_program& program = *context.program;
  for (uint64_t i = 0; i < program.output_count; ++i) {
    const Given given{"output", *element(program.outputs, i), context.outputs[i]};
    if (fovea_status status = check_workspace(context, given, message))
      return status;
    if (fovea_status status = check_written(context, given, UINT64_MAX, i + 1, message))
      return status;
  }
  for (uint64_t i = 0; i < program.input_count; ++i) {
    const Given given{"input", *element(program.inputs, i), context.inputs[i]};
    if (fovea_status status = check_workspace(context, given, message))
      return status;
    // Outputs were compared with every input above.
    if (given.info.flags & FOVEA_TENSOR_IN_OUT)
      if (fovea_status status = check_written(context, given, i, program.output_count, message))
        return status;
  }
  return FOVEA_OK;
}

// What hooks noticed while kernels ran. These are bugs of a program or an executor, and they come
// before the code that the program returned, which they may have caused.
static fovea_status check_violations(const fovea_context& context, int code, uint64_t missing,
                                     Message& message) {
  const fovea_program& program = *context.program;
  const char* name = program.name;
  if (context.executor_broken.load(std::memory_order_relaxed))
    return message.fail(FOVEA_ERROR_INVALID_ARGUMENT,
                        "%s: the executor's parallel_for left tasks out, gave one worker to two "
                        "tasks at a time, or a worker outside [0,%d)",
                        name, context.threads);
  if (missing)
    return message.fail(FOVEA_ERROR_INTERNAL,
                        "%s: a kernel needed %llu bytes of scratch more than the %llu that the "
                        "program states; this is a bug of the compiler that made it",
                        name, ull(missing), ull(program.thread_scratch_bytes));
  if (context.bad_output)
    return message.fail(FOVEA_ERROR_INTERNAL,
                        "%s: an extent outside its bound was reported for output %d; this is a "
                        "bug of the compiler that made the program",
                        name, context.bad_output - 1);
  if (code)
    return message.fail(FOVEA_ERROR_KERNEL_FAILED, "%s: a kernel failed with code %d", name, code);
  return FOVEA_OK;
}

static void reset(fovea_context& context) {
  const fovea_program& program = *context.program;
  for (uint64_t i = 0; i < program.output_count; ++i)
    memcpy(context.extents[i], element(program.outputs, i)->extents,
           sizeof(int64_t[FOVEA_MAX_RANK]));
  context.executor_broken.store(false, std::memory_order_relaxed);
  context.bad_output = 0;
}

static fovea_status execute(fovea_context& context, Message& message) {
  reset(context);
  int code = context.program->entry(&context.workers[0], context.inputs, context.outputs,
                                    context.model->parameters, context.workspace);
  uint64_t missing = 0;
  for (int i = 0; i < context.threads; ++i) {
    uint64_t bytes = reset_scratch(context.workers[i]);
    missing = bytes > missing ? bytes : missing;
  }
  return check_violations(context, code, missing, message);
}

namespace {
struct Buffers {
  const fovea_buffer* inputs;
  uint64_t input_count;
  fovea_buffer* outputs;
  uint64_t output_count;
};
} // namespace

// What a program that stands alone expects is said tensor by tensor, by their checks.
static fovea_status pick_if_several(fovea_context& context, const GivenShapes& given,
                                    Message& message) {
  const fovea_program& first = *context.model->program;
  return set_count(first) > 1 ? pick(first, given, &context.program, message) : FOVEA_OK;
}

// A smaller `struct_size` of a caller is refused before any field behind it is read.
static fovea_status take_buffers(fovea_context& context, const Buffers& given, Message& message) {
  const fovea_program& first = *context.model->program;
  if (fovea_status status = check_buffers(given.inputs, given.input_count, first.input_count,
                                          first.name, "input", message))
    return status;
  if (fovea_status status = check_buffers(given.outputs, given.output_count, first.output_count,
                                          first.name, "output", message))
    return status;
  if (fovea_status status = pick_if_several(context, {given.inputs, nullptr}, message))
    return status;
  const fovea_program& program = *context.program;
  for (uint64_t i = 0; i < program.input_count; ++i) {
    const fovea_buffer& buffer = *element(given.inputs, i);
    if (fovea_status status = check_buffer(*element(program.inputs, i), buffer, Extents::read,
                                           {program.name, "input", i}, message))
      return status;
    context.inputs[i] = buffer.data;
  }
  for (uint64_t i = 0; i < program.output_count; ++i) {
    const fovea_buffer& buffer = *element(given.outputs, i);
    if (fovea_status status = check_buffer(*element(program.outputs, i), buffer, Extents::written,
                                           {program.name, "output", i}, message))
      return status;
    context.outputs[i] = buffer.data;
  }
  return FOVEA_OK;
}

static void report_extents(const fovea_context& context, fovea_buffer* outputs) {
  for (uint64_t i = 0; i < context.program->output_count; ++i)
    memcpy(element(outputs, i)->extents, context.extents[i], sizeof(int64_t[FOVEA_MAX_RANK]));
}

static fovea_status take_pointers(fovea_context& context, const void* const* inputs,
                                  void* const* outputs, Message& message) {
  const fovea_program& program = *context.program;
  if ((program.input_count && !inputs) || (program.output_count && !outputs))
    return message.fail(FOVEA_ERROR_NULL_POINTER, "%s: expected %s, got null", program.name,
                        program.input_count && !inputs ? "inputs" : "outputs");
  for (uint64_t i = 0; i < program.input_count; ++i) {
    if (fovea_status status = check_memory(*element(program.inputs, i), inputs[i],
                                           {program.name, "input", i}, message))
      return status;
    context.inputs[i] = inputs[i];
  }
  for (uint64_t i = 0; i < program.output_count; ++i) {
    if (fovea_status status = check_memory(*element(program.outputs, i), outputs[i],
                                           {program.name, "output", i}, message))
      return status;
    context.outputs[i] = outputs[i];
  }
  return FOVEA_OK;
}

static fovea_status take_shaped(fovea_context& context, const void* const* inputs,
                                void* const* outputs, Message& message) {
  const fovea_program& first = *context.model->program;
  if (inputs) {
    static_assert(sizeof(void*) == sizeof(int64_t), "pointers and extents are words of one struct");
    const GivenShapes given{nullptr, reinterpret_cast<const int64_t*>(inputs + first.input_count)};
    if (fovea_status status = pick(first, given, &context.program, message))
      return status;
  }
  return take_pointers(context, inputs, outputs, message);
}

// `take` checks what the caller gave and puts the pointers into the context; `report` tells the
// caller what else came out.
template <class Take, class Report>
static fovea_status run(fovea_context* context, Take take, Report report) {
  if (!context)
    return FOVEA_ERROR_NULL_POINTER;
  if (context->busy.exchange(true, std::memory_order_acquire))
    return FOVEA_ERROR_CONTEXT_BUSY; // the message belongs to the call that is under way
  Message message(context->message_text, sizeof context->message_text);
  fovea_status status = take(*context, message);
  if (!status)
    status = check_overlap(*context, message);
  if (!status)
    status = execute(*context, message);
  if (!status)
    report(*context);
  context->busy.store(false, std::memory_order_release);
  return status;
}

} // namespace fovea::core

using namespace fovea::core;

extern "C" fovea_status fovea_core_run(fovea_context* context, const fovea_buffer* inputs,
                                       uint64_t input_count, fovea_buffer* outputs,
                                       uint64_t output_count) {
  const Buffers given{inputs, input_count, outputs, output_count};
  return run(
      context,
      [&given](fovea_context& taker, Message& message) {
        return take_buffers(taker, given, message);
      },
      [&given](const fovea_context& done) { report_extents(done, given.outputs); });
}

extern "C" fovea_status fovea_library_run(fovea_context* context, const void* const* inputs,
                                          void* const* outputs) {
  return run(
      context,
      [inputs, outputs](fovea_context& taker, Message& message) {
        return take_pointers(taker, inputs, outputs, message);
      },
      [](const fovea_context&) {});
}

extern "C" fovea_status fovea_library_run_shaped(fovea_context* context, const void* const* inputs,
                                                 void* const* outputs) {
  return run(
      context,
      [inputs, outputs](fovea_context& taker, Message& message) {
        return take_shaped(taker, inputs, outputs, message);
      },
      [](const fovea_context&) {});
}
