#pragma once
#include <cstdint>
#include <initializer_list>
#include <version>
#if __has_include(<source_location>)
#include <source_location>
#endif

namespace fovea {

// Where the user wrote something. `std::source_location` where the compiler has it; clang 14 does
// not, but has the built-ins beneath.
struct SourceLocation {
  const char* file = "";
  uint32_t line = 0;
  uint32_t column = 0; // 0: unknown

#if defined(__cpp_lib_source_location)
  static constexpr SourceLocation
  current(std::source_location here = std::source_location::current()) {
    return {here.file_name(), here.line(), here.column()};
  }
#elif defined(__clang__)
  static constexpr SourceLocation current(const char* file = __builtin_FILE(),
                                          unsigned line = __builtin_LINE(),
                                          unsigned column = __builtin_COLUMN()) {
    return {file, line, column};
  }
#else
  static constexpr SourceLocation current(const char* file = __builtin_FILE(),
                                          unsigned line = __builtin_LINE()) {
    return {file, line, 0};
  }
#endif
  constexpr bool known() const {
    return line != 0;
  }
};

// A value that remembers where it was written: as a factory's first parameter it records the
// caller's line, also where variadic parameters follow and leave no place for a default argument.
template <class T>
struct Located {
  T value;
  SourceLocation location;
  template <class U>
  constexpr Located(U&& value, SourceLocation location = SourceLocation::current()) // NOLINT
      requires requires(U&& u) {
    T(static_cast<U&&>(u));
  } : value(static_cast<U&&>(value)), location(location) {
  }
  // max_pool({3, 2})
  constexpr Located(std::initializer_list<int64_t> list, // NOLINT
                    SourceLocation location = SourceLocation::current()) requires
      requires(std::initializer_list<int64_t> list) {
    T(list);
  } : value(list), location(location) {
  }
};

} // namespace fovea
