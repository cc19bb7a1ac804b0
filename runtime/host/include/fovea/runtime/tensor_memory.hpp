#pragma once
#include <cstddef>

namespace fovea::host {

/// Memory for elements of tensors, aligned to 64 bytes; from 2 MB on in huge pages, where the
/// system has them: a tensor is walked through from end to end, and in small ones each 4 KB cost a
/// look into page tables. Throws std::bad_alloc.
void* allocate_tensor(std::size_t bytes);
void release_tensor(void* memory) noexcept;

} // namespace fovea::host
