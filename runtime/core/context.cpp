#include "runtime/core/check.hpp"
#include "runtime/core/sets.hpp"
#include "runtime/core/state.hpp"

#include <fovea/runtime/core.h>

#include <new>

namespace fovea::core {

using ull = unsigned long long;

static constexpr uint64_t max_threads = 4096;

bool workspace_bytes(const fovea_program& program, uint64_t threads, uint64_t* bytes) {
  const ContextMemory memory = memory_of(program);
  if (memory.arena_bytes > size_bound || memory.slab_bytes > size_bound)
    return false;
  uint64_t slabs = 0;
  if (__builtin_mul_overflow(round_up(memory.slab_bytes), threads, &slabs))
    return false;
  return !__builtin_add_overflow(round_up(memory.arena_bytes), slabs, bytes) &&
         *bytes <= size_bound;
}

namespace {
// The parts of the one block that a context is allocated as.
struct Layout {
  uint64_t workers, inputs, outputs, extents, total;
};
} // namespace

static Layout layout_of(const fovea_program& program, uint64_t threads) {
  Layout layout;
  layout.workers = round_up(sizeof(fovea_context));
  layout.inputs = layout.workers + threads * sizeof(Worker);
  layout.outputs = layout.inputs + program.input_count * sizeof(void*);
  layout.extents = layout.outputs + program.output_count * sizeof(void*);
  layout.total = layout.extents + program.output_count * sizeof(int64_t[FOVEA_MAX_RANK]);
  return layout;
}

static fovea_status take_executor(const fovea_context_options& options, fovea_executor* executor,
                                  Message& message) {
  if (fovea_status status =
          check_host_struct(options.executor, sizeof(fovea_executor), "executor", message))
    return status;
  if (!options.executor->parallel_for)
    return message.fail(FOVEA_ERROR_NULL_POINTER, "executor: expected parallel_for, got null");
  int32_t threads = options.executor->threads;
  if (threads < 1 || uint64_t(threads) > max_threads)
    return message.fail(FOVEA_ERROR_INVALID_ARGUMENT,
                        "executor: expected 1 to %llu threads, got %d", ull(max_threads),
                        int(threads));
  if (options.threads && options.threads != uint32_t(threads))
    return message.fail(FOVEA_ERROR_INVALID_ARGUMENT,
                        "context options: expected threads 0 or the executor's %d, got %u",
                        int(threads), unsigned(options.threads));
  *executor = *options.executor;
  return FOVEA_OK;
}

static fovea_status choose_threads(const fovea_context_options& options, fovea_executor* executor,
                                   uint64_t* threads, Message& message) {
  if (options.executor) {
    if (fovea_status status = take_executor(options, executor, message))
      return status;
    *threads = uint64_t(executor->threads);
    return FOVEA_OK;
  }
  *threads = options.threads ? options.threads : uint64_t(available_cores());
  if (*threads > max_threads)
    return message.fail(FOVEA_ERROR_INVALID_ARGUMENT,
                        "context options: expected at most %llu threads, got %u", ull(max_threads),
                        unsigned(options.threads));
  return FOVEA_OK;
}

static fovea_status check_workspace(const fovea_context_options& options, const char* program,
                                    uint64_t needed, Message& message) {
  if (!options.workspace)
    return FOVEA_OK;
  if (options.workspace_bytes < needed)
    return message.fail(FOVEA_ERROR_WORKSPACE_TOO_SMALL,
                        "%s: workspace too small: expected %llu bytes, got %llu", program,
                        ull(needed), ull(options.workspace_bytes));
  if (!is_aligned(options.workspace, FOVEA_MEMORY_ALIGNMENT))
    return message.fail(FOVEA_ERROR_MISALIGNED,
                        "%s: workspace: expected a pointer aligned to %d bytes, got %p", program,
                        FOVEA_MEMORY_ALIGNMENT, options.workspace);
  return FOVEA_OK;
}

static void lay_out(fovea_context& context, const Layout& layout) {
  char* block = reinterpret_cast<char*>(&context);
  const ContextMemory memory = memory_of(*context.model->program);
  context.inputs = reinterpret_cast<const void**>(block + layout.inputs);
  context.outputs = reinterpret_cast<void**>(block + layout.outputs);
  context.extents = reinterpret_cast<int64_t(*)[FOVEA_MAX_RANK]>(block + layout.extents);
  context.workers = reinterpret_cast<Worker*>(block + layout.workers);
  uint64_t slab_bytes = round_up(memory.slab_bytes);
  for (int i = 0; i < context.threads; ++i) {
    Worker* worker = new (context.workers + i) Worker{};
    worker->context = &context;
    worker->index = i;
    worker->slab_begin =
        context.workspace + round_up(memory.arena_bytes) + uint64_t(i) * slab_bytes;
    worker->slab_top = worker->slab_begin;
    worker->slab_end = worker->slab_begin + slab_bytes;
  }
}

static void destroy(fovea_context* context) {
  context->pool.stop();
  fovea_allocator allocator = context->allocator;
  if (context->owns_workspace)
    allocator.release(allocator.user, context->workspace, context->workspace_bytes);
  const fovea_model* model = context->model;
  uint64_t bytes = context->block_bytes;
  context->~fovea_context();
  allocator.release(allocator.user, context, bytes);
  release(model);
}

static fovea_status create(fovea_model& model, const fovea_context_options& options,
                           fovea_context** created, Message& message) {
  const fovea_program& program = *model.program;
  fovea_allocator allocator;
  if (fovea_status status = take_allocator(options.allocator, &allocator, message))
    return status;
  fovea_profiler profiler;
  if (fovea_status status = take_profiler(options.profiler, &profiler, message))
    return status;
  fovea_executor executor{};
  uint64_t threads = 0, needed = 0;
  if (fovea_status status = choose_threads(options, &executor, &threads, message))
    return status;
  if (!workspace_bytes(program, threads, &needed))
    return message.fail(
        FOVEA_ERROR_OUT_OF_MEMORY,
        "%s: arena (%llu bytes) and %llu slabs (%llu bytes each) exceed the address "
        "space",
        program.name, ull(memory_of(program).arena_bytes), ull(threads),
        ull(memory_of(program).slab_bytes));
  if (fovea_status status = check_workspace(options, program.name, needed, message))
    return status;

  void* workspace = options.workspace;
  bool owns_workspace = !workspace && needed;
  if (owns_workspace)
    workspace = allocator.allocate(allocator.user, needed, FOVEA_MEMORY_ALIGNMENT);
  Layout layout = layout_of(program, threads);
  void* block = nullptr;
  if (workspace || !needed)
    block = allocator.allocate(allocator.user, layout.total, FOVEA_MEMORY_ALIGNMENT);
  if (!block) {
    if (owns_workspace && workspace)
      allocator.release(allocator.user, workspace, needed);
    return message.fail(FOVEA_ERROR_OUT_OF_MEMORY,
                        "%s: no memory for a context (%llu + %llu bytes)", program.name,
                        ull(layout.total), ull(needed));
  }

  fovea_context* context = new (block) fovea_context{};
  context->model = &model;
  context->program = &program;
  retain(model);
  context->allocator = allocator;
  context->executor = executor;
  context->profiler = profiler;
  context->threads = int(threads);
  context->block_bytes = layout.total;
  context->workspace = static_cast<char*>(workspace);
  context->workspace_bytes = needed;
  context->owns_workspace = owns_workspace;
  lay_out(*context, layout);

  if (!executor.parallel_for) {
    int started = context->pool.start(context->workers, context->threads);
    if (started < context->threads) {
      destroy(context);
      return message.fail(FOVEA_ERROR_OUT_OF_MEMORY,
                          "%s: the system started %d of %llu threads; ask for fewer", program.name,
                          started, ull(threads));
    }
  }
  *created = context;
  return FOVEA_OK;
}

} // namespace fovea::core

using namespace fovea::core;

extern "C" uint64_t fovea_core_workspace_size(const fovea_model* model, uint32_t threads) {
  uint64_t bytes = 0;
  uint64_t count = threads ? threads : uint64_t(available_cores());
  return model && workspace_bytes(*model->program, count, &bytes) ? bytes : 0;
}

extern "C" fovea_status fovea_core_context_create(fovea_model* model,
                                                  const fovea_context_options* options,
                                                  fovea_context** context) {
  fovea_context_options defaults{};
  if (!options)
    options = &defaults;
  Message message = message_of(options);
  if (fovea_status status =
          check_host_struct(options, sizeof(fovea_context_options), "context options", message))
    return status;
  if (!model || !context)
    return message.fail(FOVEA_ERROR_NULL_POINTER, "context_create: expected %s, got null",
                        model ? "where to put the context" : "a model");
  *context = nullptr;
  return create(*model, *options, context, message);
}

extern "C" void fovea_core_context_destroy(fovea_context* context) {
  if (context)
    destroy(context);
}

extern "C" uint32_t fovea_core_context_threads(const fovea_context* context) {
  return context ? uint32_t(context->threads) : 0;
}

extern "C" const char* fovea_core_message(const fovea_context* context) {
  return context ? context->message_text
                 : "no context: model_open and context_create write into their options' message";
}
