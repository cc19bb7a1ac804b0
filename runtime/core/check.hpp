// Checks of what callers and compilers hand over. Each returns FOVEA_OK or fails the message.
#pragma once

#include "runtime/core/memory.hpp"

namespace fovea::core {

// Where a tensor or a call stands: "lenet5", "input", 0.
struct Place {
  const char* program;
  const char* role; // "input", "output", "parameter", "call"
  uint64_t index;
};

// "lenet5: input 'image'", or "lenet5: input 0" where the name is not known.
struct PlaceText {
  char text[256];
  PlaceText(const Place& place, const char* name);
};

fovea_status check_program(const fovea_program* program, Message& message);

// FOVEA_CPU_ bits of this processor, as far as its system saves the registers that they need.
uint64_t available_cpu_features();

// By their bits.
inline constexpr const char* const cpu_feature_names[] = {"SSE4.1", "AVX",  "AVX2",
                                                          "FMA",    "F16C", "AVX-512"};

// Does the program find what it needs among `available`?
fovea_status check_processor(const fovea_program& program, uint64_t available, Message& message);

enum class Extents { read, written };

fovea_status check_buffer(const fovea_tensor_info& info, const fovea_buffer& buffer,
                          Extents extents, const Place& place, Message& message);

// Null (unless the tensor is empty) and alignment: all that a raw pointer can be checked for.
fovea_status check_memory(const fovea_tensor_info& info, const void* data, const Place& place,
                          Message& message);

// Count, array pointer and one common struct_size.
fovea_status check_buffers(const fovea_buffer* buffers, uint64_t count, uint64_t expected,
                           const char* program, const char* role, Message& message);

// An array of structs of the ABI: there, each of a known size, all of the same.
template <class T>
fovea_status check_array(const T* array, uint64_t count, const char* program, const char* role,
                         Message& message) {
  using ull = unsigned long long;
  if (count && !array)
    return message.fail(FOVEA_ERROR_NULL_POINTER, "%s: expected %llu %ss, got null", program,
                        ull(count), role);
  for (uint64_t i = 0; i < count; ++i) {
    const T& structure = *element(array, i);
    if (structure.struct_size == sizeof(T) && array->struct_size == sizeof(T))
      continue;
    PlaceText where({program, role, i}, nullptr);
    if (fovea_status status = check_struct(&structure, sizeof(T), where.text, message))
      return status;
    if (structure.struct_size != array->struct_size)
      return message.fail(FOVEA_ERROR_UNSUPPORTED_ABI,
                          "%s: struct_size: expected that of its neighbours, %llu, got %llu",
                          where.text, ull(array->struct_size), ull(structure.struct_size));
  }
  return FOVEA_OK;
}

// Copy what this version knows of a caller's struct, or the default for null.
fovea_status take_allocator(const fovea_allocator* given, fovea_allocator* taken, Message& message);
fovea_status take_profiler(const fovea_profiler* given, fovea_profiler* taken, Message& message);

} // namespace fovea::core
