#pragma once
#include <array>
#include <cstdint>
#include <string_view>

namespace fovea {

// Element types. The numbers are part of the C ABI (`fovea_dtype` in runtime/core).
enum class DType : uint8_t { f16, bf16, f32, f64, i8, u8, i32, i64, boolean };

inline constexpr std::array<std::string_view, 9> dtype_names = {"f16", "bf16", "f32", "f64", "i8",
                                                                "u8",  "i32",  "i64", "bool"};

constexpr std::string_view name_of(DType type) {
  return dtype_names[static_cast<size_t>(type)];
}

// True, and `type` set, where `name` is an element type's name.
constexpr bool parse(std::string_view name, DType& type) {
  for (size_t k = 0; k < dtype_names.size(); ++k)
    if (dtype_names[k] == name) {
      type = static_cast<DType>(k);
      return true;
    }
  return false;
}

constexpr bool is_float(DType type) {
  return type <= DType::f64;
}

constexpr bool is_integer(DType type) {
  return type >= DType::i8 && type <= DType::i64;
}

// Size of one element in bytes.
constexpr int64_t size_of(DType type) {
  constexpr int64_t sizes[] = {2, 2, 4, 8, 1, 1, 4, 8, 1};
  return sizes[static_cast<size_t>(type)];
}

// The accumulator of a sum or product over elements of `type`: f32 for the short floats, i32 for
// the short integers, else the type itself (docs/numerics.md).
constexpr DType accumulator_of(DType type) {
  switch (type) {
  case DType::f16:
  case DType::bf16:
    return DType::f32;
  case DType::i8:
  case DType::u8:
    return DType::i32;
  default:
    return type;
  }
}

} // namespace fovea
