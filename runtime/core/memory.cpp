#include "runtime/core/memory.hpp"

#include <fovea/runtime/core.h>
#include <stdlib.h>
#include <sys/mman.h>

namespace fovea::core {

// Weights and intermediate tensors are walked through from end to end in each run. In pages of 4 KB
// every 64th cache line costs a look into page tables, and processors read ahead within a page
// only. A wish that the system may refuse.
static void want_huge_pages([[maybe_unused]] void* pointer, [[maybe_unused]] uint64_t bytes) {
#ifdef MADV_HUGEPAGE
  madvise(pointer, bytes, MADV_HUGEPAGE);
#endif
}

static void* allocate_from_libc(void*, uint64_t bytes, uint64_t alignment) {
  constexpr uint64_t huge_page = uint64_t(2) << 20;
  const bool large = bytes >= huge_page;
  void* pointer = nullptr;
  if (bytes > SIZE_MAX ||
      posix_memalign(&pointer, large && alignment < huge_page ? huge_page : alignment, bytes) != 0)
    return nullptr;
  if (large)
    want_huge_pages(pointer, bytes / huge_page * huge_page);
  return pointer;
}

static void release_to_libc(void*, void* pointer, uint64_t) {
  free(pointer);
}

const fovea_allocator& default_allocator() {
  static const fovea_allocator allocator = {sizeof(fovea_allocator), nullptr, allocate_from_libc,
                                            release_to_libc};
  return allocator;
}

extern "C" const fovea_allocator* fovea_core_default_allocator(void) {
  return &default_allocator();
}

ShapeText::ShapeText(const int64_t* extents, int32_t rank) {
  size_t used = 0;
  text[used++] = '[';
  for (int32_t d = 0; d < rank && d < FOVEA_MAX_RANK; ++d)
    used += size_t(snprintf(text + used, sizeof text - used, d ? ",%lld" : "%lld",
                            static_cast<long long>(extents[d])));
  snprintf(text + used, sizeof text - used, "]");
}

// struct_size is the first field of each struct of the ABI.
static uint64_t size_of(const void* structure) {
  return *static_cast<const uint64_t*>(structure);
}

bool is_plausible_size(uint64_t struct_size, uint64_t known_bytes) {
  constexpr uint64_t absurd = 4096;
  return struct_size >= known_bytes && struct_size <= absurd && struct_size % sizeof(uint64_t) == 0;
}

fovea_status check_struct(const void* structure, uint64_t known_bytes, const char* what,
                          Message& message, uint64_t version1_bytes) {
  uint64_t size = size_of(structure);
  uint64_t least = version1_bytes ? version1_bytes : known_bytes;
  if (!is_plausible_size(size, least))
    return message.fail(FOVEA_ERROR_UNSUPPORTED_ABI,
                        "%s: struct_size: expected sizeof the struct, at least %llu, got %llu",
                        what, static_cast<unsigned long long>(least),
                        static_cast<unsigned long long>(size));
  const char* bytes = static_cast<const char*>(structure);
  for (uint64_t i = known_bytes; i < size; ++i)
    if (bytes[i])
      return message.fail(FOVEA_ERROR_UNSUPPORTED_ABI,
                          "%s: a field that ABI version %d does not know is set (byte %llu); "
                          "zero it, or use a newer fovea",
                          what, FOVEA_ABI_VERSION, static_cast<unsigned long long>(i));
  return FOVEA_OK;
}

fovea_status check_host_struct(const void* structure, uint64_t known_bytes, const char* what,
                               Message& message) {
  return size_of(structure) == 0 ? FOVEA_OK : check_struct(structure, known_bytes, what, message);
}

} // namespace fovea::core
