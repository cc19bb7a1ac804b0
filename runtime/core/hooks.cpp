// What generated code calls back into.
#include "runtime/core/state.hpp"

using namespace fovea::core;

static int run_serially(void* user_context, fovea_task task, int min, int size, uint8_t* closure) {
  for (int i = 0; i < size; ++i)
    if (int code = task(user_context, min + i, closure))
      return code;
  return 0;
}

namespace {
struct ExecutorLoop {
  Job* job;
  fovea_context* context;
};
} // namespace

// What a host's executor runs: not one index but a share of the loop, so that the host brings
// threads only and the division of work is the pool's, even if it runs all its tasks on one thread.
static int executor_task(void* closure, int, int worker_index) {
  ExecutorLoop& loop = *static_cast<ExecutorLoop*>(closure);
  fovea_context& context = *loop.context;
  bool valid = worker_index >= 0 && worker_index < context.threads;
  if (!valid || context.workers[worker_index].in_use.exchange(true, std::memory_order_acquire)) {
    context.executor_broken.store(true, std::memory_order_relaxed);
    return 1;
  }
  Worker& worker = context.workers[worker_index];
  drain(*loop.job, worker);
  worker.in_use.store(false, std::memory_order_release);
  return loop.job->error.load(std::memory_order_relaxed);
}

static int run_on_executor(fovea_context& context, Job& job, int size) {
  ExecutorLoop loop{&job, &context};
  int shares = size < context.threads ? size : context.threads;
  int code = context.executor.parallel_for(context.executor.user, shares, executor_task, &loop);
  if (int error = job.error.load(std::memory_order_relaxed))
    return error;
  if (!job.has_begun_all())
    context.executor_broken.store(true, std::memory_order_relaxed);
  if (context.executor_broken.load(std::memory_order_relaxed))
    return 1;
  return code;
}

extern "C" int fovea_par_for(void* user_context, fovea_task task, int min, int size,
                             uint8_t* closure) {
  Worker* worker = static_cast<Worker*>(user_context);
  // A loop inside a parallel loop finds all threads busy. A loop of one index leaves the threads to
  // the loops inside it.
  if (!worker || worker->depth > 0 || worker->context->threads == 1 || size <= 1)
    return run_serially(user_context, task, min, size, closure);

  fovea_context& context = *worker->context;
  Job job(task, closure, min, size, context.workers, context.threads);
  if (context.executor.parallel_for)
    return run_on_executor(context, job, size);
  context.pool.run(job, *worker);
  return job.error.load(std::memory_order_relaxed);
}

extern "C" void fovea_set_output_extent(void* user_context, int output, int dimension,
                                        int64_t extent) {
  const Worker* worker = static_cast<Worker*>(user_context);
  if (!worker || !worker->context)
    return;
  fovea_context& context = *worker->context;
  const fovea_program& program = *context.program;
  bool valid = output >= 0 && uint64_t(output) < program.output_count;
  if (valid) {
    const fovea_tensor_info& info = *element(program.outputs, uint64_t(output));
    valid = (info.flags & FOVEA_TENSOR_BOUNDED) && dimension >= 0 && dimension < info.rank &&
            extent >= 0 && extent <= info.extents[dimension];
  }
  if (valid)
    context.extents[output][dimension] = extent;
  else
    context.bad_output = output + 1 > 0 ? output + 1 : 1;
}

static const fovea_profiler* profiler_of(void* user_context) {
  const Worker* worker = static_cast<Worker*>(user_context);
  return worker && worker->context && worker->context->profiler.kernel_begin
             ? &worker->context->profiler
             : nullptr;
}

extern "C" void fovea_kernel_begin(void* user_context, uint64_t call) {
  if (const fovea_profiler* profiler = profiler_of(user_context))
    profiler->kernel_begin(profiler->user, call);
}

extern "C" void fovea_kernel_end(void* user_context, uint64_t call) {
  if (const fovea_profiler* profiler = profiler_of(user_context))
    profiler->kernel_end(profiler->user, call);
}

extern "C" const fovea_hook* fovea_hooks(void) {
  static const fovea_hook hooks[] = {
      {"halide_do_par_for", reinterpret_cast<void*>(&fovea_par_for)},
      {"halide_malloc", reinterpret_cast<void*>(&fovea_scratch_malloc)},
      {"halide_free", reinterpret_cast<void*>(&fovea_scratch_free)},
      {"fovea_par_for", reinterpret_cast<void*>(&fovea_par_for)},
      {"fovea_scratch_malloc", reinterpret_cast<void*>(&fovea_scratch_malloc)},
      {"fovea_scratch_free", reinterpret_cast<void*>(&fovea_scratch_free)},
      {"fovea_set_output_extent", reinterpret_cast<void*>(&fovea_set_output_extent)},
      {"fovea_kernel_begin", reinterpret_cast<void*>(&fovea_kernel_begin)},
      {"fovea_kernel_end", reinterpret_cast<void*>(&fovea_kernel_end)},
      {nullptr, nullptr},
  };
  return hooks;
}
