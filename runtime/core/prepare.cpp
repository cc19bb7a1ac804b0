// Weights that are packed or transformed once, when the model opens.
#include "runtime/core/model.hpp"

namespace fovea::core {

using ull = unsigned long long;

// A user_context without a context: loops run serially, and scratch comes from a slab of its own.
static void lay_out(Worker& worker, char* slab, uint64_t bytes) {
  worker.depth = 1;
  worker.slab_begin = worker.slab_top = slab;
  worker.slab_end = slab + bytes;
}

static fovea_status run_prepare(const fovea_model& model, void* prepared, char* slab,
                                uint64_t slab_bytes, Message& message) {
  const fovea_program& program = *model.program;
  Worker worker{};
  lay_out(worker, slab, slab_bytes);
  int code = program.prepare(&worker, model.parameters, prepared);
  if (uint64_t missing = reset_scratch(worker))
    return message.fail(FOVEA_ERROR_INTERNAL,
                        "%s: preparing the weights needed %llu bytes of scratch more than the %llu "
                        "that the program states; this is a bug of the compiler that made it",
                        program.name, ull(missing), ull(program.prepare_scratch_bytes));
  if (code)
    return message.fail(FOVEA_ERROR_KERNEL_FAILED, "%s: preparing the weights failed with code %d",
                        program.name, code);
  return FOVEA_OK;
}

fovea_status prepare(fovea_model& model, Message& message) {
  const fovea_program& program = *model.program;
  if (!program.prepare)
    return FOVEA_OK;
  const fovea_allocator& allocator = model.allocator;
  uint64_t slab_bytes = round_up(program.prepare_scratch_bytes);
  void* slab = nullptr;
  // The model frees it, also after a failure.
  model.prepared =
      allocator.allocate(allocator.user, program.prepared_bytes, FOVEA_MEMORY_ALIGNMENT);
  if (model.prepared && slab_bytes)
    slab = allocator.allocate(allocator.user, slab_bytes, FOVEA_MEMORY_ALIGNMENT);
  if (!model.prepared || (slab_bytes && !slab))
    return message.fail(FOVEA_ERROR_OUT_OF_MEMORY,
                        "%s: no memory for prepared weights (%llu bytes, and %llu for a moment)",
                        program.name, ull(program.prepared_bytes), ull(slab_bytes));
  fovea_status status =
      run_prepare(model, model.prepared, static_cast<char*>(slab), slab_bytes, message);
  if (slab)
    allocator.release(allocator.user, slab, slab_bytes);
  model.parameters[program.parameter_count] = model.prepared;
  return status;
}

} // namespace fovea::core
