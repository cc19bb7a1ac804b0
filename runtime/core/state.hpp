// What lies behind the opaque handles.
#pragma once

#include "runtime/core/memory.hpp"
#include "runtime/core/pool.hpp"
#include "runtime/core/weights.hpp"

struct fovea_model {
  const fovea_program* program;
  fovea_allocator allocator;
  const void** parameters;      // in the same block, behind this struct; the last is `prepared`
  void* prepared;               // from the allocator; null where the program prepares nothing
  fovea::core::Mapping weights; // of the weights file; empty without one
  uint64_t block_bytes;
  mutable std::atomic<int> references; // the owner and every context
};

namespace fovea::core {

struct Overflow;

// One thread's place in a context, and the user_context that generated code hands to the hooks.
// Each in its own cache lines: a kernel's allocations write it.
struct alignas(64) Worker {
  fovea_context* context; // null while a model prepares its weights
  char* slab_begin;
  char* slab_end;
  char* slab_top;           // first free byte
  void* newest;             // header of the topmost block, null when the slab is empty
  Overflow* overflows;      // blocks that the slab had no room for
  uint64_t scratch_missing; // bytes that the slab was short of
  int index;
  int depth;                // parallel loops that this thread is inside of
  std::atomic<bool> in_use; // guards against executors that hand out a worker twice
  pthread_t thread;
  alignas(64) std::atomic<Indices> left; // of its part of the loop that runs; others take from it
};

// Frees what a failed kernel may have left behind. Returns how many bytes the slab was short of.
uint64_t reset_scratch(Worker& worker);

// Bytes that `threads` workers need in a workspace, whichever of the program's sets runs; false on
// overflow.
bool workspace_bytes(const fovea_program& program, uint64_t threads, uint64_t* bytes);

void retain(const fovea_model& model);
void release(const fovea_model* model);

} // namespace fovea::core

struct fovea_context {
  const fovea_model* model;
  const fovea_program* program; // the model's, or that of its sets which the last run picked
  fovea_allocator allocator;
  fovea_executor executor; // parallel_for is null where the pool serves
  fovea_profiler profiler; // kernel_begin is null where there is none
  fovea::core::Pool pool;
  fovea::core::Worker* workers;
  int threads;
  uint64_t block_bytes; // this struct and what follows it

  char* workspace;
  uint64_t workspace_bytes;
  bool owns_workspace;

  // Prepared, so that run allocates nothing.
  const void** inputs;
  void** outputs;
  int64_t (*extents)[FOVEA_MAX_RANK]; // actual ones of the outputs

  std::atomic<bool> busy;
  // Violations that hooks find in the middle of a kernel; run turns them into an error.
  std::atomic<bool> executor_broken;
  int bad_output; // 1 + index of an output that was given an impossible extent

  char message_text[1024];
};
