// Bytes, sizes and messages: the little that the core would otherwise take from the standard
// library.
#pragma once

#include <fovea/runtime/abi.h>

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

namespace fovea::core {

inline uint64_t round_up(uint64_t bytes) {
  return (bytes + FOVEA_MEMORY_ALIGNMENT - 1) / FOVEA_MEMORY_ALIGNMENT * FOVEA_MEMORY_ALIGNMENT;
}

// Half of the address space: sums of sizes below it do not wrap.
inline constexpr uint64_t size_bound = uint64_t(1) << 62;

inline bool is_aligned(const void* pointer, uint64_t alignment) {
  return reinterpret_cast<uintptr_t>(pointer) % alignment == 0;
}

// The C library's memory behind the allocator interface.
const fovea_allocator& default_allocator();

// Text into memory of a given size, always terminated. Without memory it does nothing.
class Message {
 public:
  Message(char* text, uint64_t capacity) : text_(text), capacity_(text ? capacity : 0) { clear(); }

  void clear() {
    if (capacity_)
      text_[0] = 0;
  }

  // Returns the status that it is given, so that a failure is one statement.
  __attribute__((format(printf, 3, 4))) fovea_status fail(fovea_status status, const char* format,
                                                          ...) {
    if (capacity_) {
      va_list arguments;
      va_start(arguments, format);
      vsnprintf(text_, capacity_, format, arguments);
      va_end(arguments);
    }
    return status;
  }

 private:
  char* text_;
  uint64_t capacity_;
};

// "[1,28,28]", for messages.
struct ShapeText {
  char text[FOVEA_MAX_RANK * 21 + 3];
  ShapeText(const int64_t* extents, int32_t rank);
};

// Checks struct_size: at least version 1's, and what is unknown must be zero (else its writer asks
// for something that this core would silently not do). `version1_bytes`: where fields were appended
// since; 0: all are version 1's.
fovea_status check_struct(const void* structure, uint64_t known_bytes, const char* what,
                          Message& message, uint64_t version1_bytes = 0);

// The same for what a host writes by hand: there a struct_size of zero means version 1's.
fovea_status check_host_struct(const void* structure, uint64_t known_bytes, const char* what,
                               Message& message);

bool is_plausible_size(uint64_t struct_size, uint64_t known_bytes);

// Where options want their message: nowhere if they are too short to say so.
template <class Options>
Message message_of(const Options* options) {
  if (options &&
      (options->struct_size == 0 || is_plausible_size(options->struct_size, sizeof(Options))))
    return Message(options->message, options->message_bytes);
  return Message(nullptr, 0);
}

// Elements of an array whose writer may know a longer struct: struct_size is the stride.
template <class T>
T* element(T* array, uint64_t index) {
  return reinterpret_cast<T*>(reinterpret_cast<uintptr_t>(array) + index * array->struct_size);
}

} // namespace fovea::core
