// Checks of what callers and compilers hand over. Each returns FOVEA_OK or fails the message.
#pragma once

#include "runtime/core/memory.hpp"

namespace fovea::core {

// Where a tensor stands, for messages: "lenet5: input 'image'".
struct TensorPlace {
  const char* program;
  const char* role; // "input", "output", "parameter"
  uint64_t index;
};

fovea_status check_program(const fovea_program* program, Message& message);

enum class Extents { read, written };

fovea_status check_buffer(const fovea_tensor_info& info, const fovea_buffer& buffer,
                          Extents extents, const TensorPlace& place, Message& message);

// Count, array pointer and one common struct_size.
fovea_status check_buffers(const fovea_buffer* buffers, uint64_t count, uint64_t expected,
                           const char* program, const char* role, Message& message);

// Copies what this version knows of a caller's allocator, or the default for null.
fovea_status take_allocator(const fovea_allocator* given, fovea_allocator* taken, Message& message);

} // namespace fovea::core
