// An allocator that knows what it gave, and can have no more at a chosen moment.
#pragma once

#include <fovea/runtime/abi.h>

#include <cstdint>
#include <cstdlib>

namespace fovea_test {

struct CountingAllocator {
  std::int64_t live = 0, bytes = 0, calls = 0;
  std::int64_t refuse_from = INT64_MAX; // number of the first call that gets nothing
  fovea_allocator allocator{sizeof(fovea_allocator), this, allocate, release};

  CountingAllocator() = default;
  CountingAllocator(const CountingAllocator&) = delete;

  bool all_returned() const { return live == 0 && bytes == 0; }

 private:
  static void* allocate(void* user, std::uint64_t bytes, std::uint64_t alignment) {
    auto* counter = static_cast<CountingAllocator*>(user);
    if (++counter->calls >= counter->refuse_from)
      return nullptr;
    ++counter->live;
    counter->bytes += std::int64_t(bytes);
    return std::aligned_alloc(alignment, (bytes + alignment - 1) / alignment * alignment);
  }
  static void release(void* user, void* pointer, std::uint64_t bytes) {
    auto* counter = static_cast<CountingAllocator*>(user);
    --counter->live;
    counter->bytes -= std::int64_t(bytes);
    std::free(pointer);
  }
};

} // namespace fovea_test
