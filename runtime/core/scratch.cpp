// Memory of kernels: a stack per worker, since generated code frees in reverse order. Blocks freed
// out of order are marked and taken off when they come to the top.
#include "runtime/core/state.hpp"

#include <stdlib.h>

namespace fovea::core {

namespace {
struct Header {
  Header* below;
  bool free;
};
constexpr uint64_t header_bytes = FOVEA_MEMORY_ALIGNMENT;
static_assert(sizeof(Header) <= header_bytes);
static_assert(FOVEA_SCRATCH_COST(1) == header_bytes + FOVEA_MEMORY_ALIGNMENT);
} // namespace

// A block from the C library. A slab that is too small is a bug of the compiler; code without
// assertions would write through a null pointer, so it gets memory and run reports the bug.
struct Overflow {
  Overflow* next;
};
static_assert(sizeof(Overflow) <= header_bytes);

static void* allocate_overflow(Worker* worker, uint64_t bytes) {
  void* block = nullptr;
  if (posix_memalign(&block, FOVEA_MEMORY_ALIGNMENT, header_bytes + round_up(bytes)) != 0)
    return nullptr;
  if (worker) {
    Overflow* overflow = static_cast<Overflow*>(block);
    overflow->next = worker->overflows;
    worker->overflows = overflow;
  }
  return static_cast<char*>(block) + header_bytes;
}

static void* allocate(Worker& worker, uint64_t bytes) {
  uint64_t room = uint64_t(worker.slab_end - worker.slab_top);
  uint64_t cost = FOVEA_SCRATCH_COST(bytes);
  if (cost > room) {
    if (worker.scratch_missing < cost - room)
      worker.scratch_missing = cost - room;
    return allocate_overflow(&worker, bytes);
  }
  Header* header = reinterpret_cast<Header*>(worker.slab_top);
  header->below = static_cast<Header*>(worker.newest);
  header->free = false;
  worker.newest = header;
  worker.slab_top += cost;
  return reinterpret_cast<char*>(header) + header_bytes;
}

static void release_block(Worker& worker, char* pointer) {
  if (pointer <= worker.slab_begin || pointer > worker.slab_end)
    return; // an overflow: kept until run ends
  reinterpret_cast<Header*>(pointer - header_bytes)->free = true;
  Header* newest = static_cast<Header*>(worker.newest);
  while (newest && newest->free) {
    worker.slab_top = reinterpret_cast<char*>(newest);
    newest = newest->below;
  }
  worker.newest = newest;
}

uint64_t reset_scratch(Worker& worker) {
  worker.slab_top = worker.slab_begin;
  worker.newest = nullptr;
  while (Overflow* overflow = worker.overflows) {
    worker.overflows = overflow->next;
    free(overflow);
  }
  uint64_t missing = worker.scratch_missing;
  worker.scratch_missing = 0;
  return missing;
}

} // namespace fovea::core

using namespace fovea::core;

extern "C" void* fovea_scratch_malloc(void* user_context, size_t bytes) {
  if (bytes > uint64_t(1) << 62)
    return nullptr;
  if (!user_context)
    return allocate_overflow(nullptr, bytes);
  return allocate(*static_cast<Worker*>(user_context), bytes);
}

extern "C" void fovea_scratch_free(void* user_context, void* pointer) {
  if (!pointer)
    return;
  if (user_context)
    release_block(*static_cast<Worker*>(user_context), static_cast<char*>(pointer));
  else
    free(static_cast<char*>(pointer) - header_bytes);
}
