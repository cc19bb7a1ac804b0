// Weights that lie in a file beside the program.
#pragma once

#include "runtime/core/memory.hpp"

namespace fovea::core {

inline constexpr uint64_t weights_header_bytes = 128;

// A file's bytes, readable while the mapping lives.
struct Mapping {
  const char* begin;
  uint64_t bytes;
};

// Maps the program's weights file, once every byte of it has been checked. `path` null: where the
// program says.
fovea_status map_weights(const fovea_program& program, const char* path, Mapping* mapping,
                         Message& message);
void unmap_weights(const Mapping& mapping);

// Where the library or program that contains `address` was loaded from; false if it is not known.
bool find_module(const void* address, char* path, size_t capacity);

} // namespace fovea::core
