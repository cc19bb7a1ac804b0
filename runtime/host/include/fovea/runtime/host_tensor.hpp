#pragma once

#include <fovea/runtime/abi.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

namespace fovea::host {

/// Shape as text: "[1, 28, 28]".
std::string to_string(std::span<const std::int64_t> shape);

/// The dtype of a C++ element type. A two-byte element stands for its bits: std::uint16_t holds f16
/// or bf16, so it has no dtype of its own.
template <class T>
struct DtypeOf;
template <>
struct DtypeOf<float> {
  static constexpr fovea_dtype value = FOVEA_F32;
};
template <>
struct DtypeOf<double> {
  static constexpr fovea_dtype value = FOVEA_F64;
};
template <>
struct DtypeOf<std::int8_t> {
  static constexpr fovea_dtype value = FOVEA_I8;
};
template <>
struct DtypeOf<std::uint8_t> {
  static constexpr fovea_dtype value = FOVEA_U8;
};
template <>
struct DtypeOf<std::int32_t> {
  static constexpr fovea_dtype value = FOVEA_I32;
};
template <>
struct DtypeOf<std::int64_t> {
  static constexpr fovea_dtype value = FOVEA_I64;
};
template <>
struct DtypeOf<bool> {
  static constexpr fovea_dtype value = FOVEA_BOOLEAN;
};

/// A dense row-major tensor in this process's memory, aligned to 64 bytes.
class HostTensor {
 public:
  HostTensor() = default;
  /// Zeros. Throws std::invalid_argument for a bad dtype, a rank above 12, a negative extent or a
  /// size that overflows; std::bad_alloc.
  HostTensor(fovea_dtype dtype, std::vector<std::int64_t> shape);
  /// Copies `values`, whose count must be that of the shape.
  template <class T>
  HostTensor(std::vector<std::int64_t> shape, std::span<const T> values)
      : HostTensor(uninitialised(DtypeOf<T>::value, std::move(shape))) {
    fill(values.data(), values.size_bytes());
  }
  template <class T>
  HostTensor(std::vector<std::int64_t> shape, const std::vector<T>& values)
      : HostTensor(std::move(shape), std::span<const T>(values)) {}

  /// Memory that the caller will fill: readers do not pay for zeros.
  static HostTensor uninitialised(fovea_dtype dtype, std::vector<std::int64_t> shape);

  HostTensor(const HostTensor& other);
  HostTensor& operator=(const HostTensor& other);
  HostTensor(HostTensor&&) noexcept = default;
  HostTensor& operator=(HostTensor&&) noexcept = default;

  fovea_dtype dtype() const { return dtype_; }
  const std::vector<std::int64_t>& shape() const { return shape_; }
  std::size_t size() const { return bytes_ / std::size_t(fovea_dtype_bytes(dtype_)); }
  std::size_t size_bytes() const { return bytes_; }
  std::byte* bytes() { return storage_.get(); }
  const std::byte* bytes() const { return storage_.get(); }

  /// The elements. Throws std::invalid_argument where T is not the tensor's dtype; std::uint16_t
  /// gives the bits of f16 and bf16.
  template <class T>
  std::span<T> data() {
    check_type<T>();
    return {reinterpret_cast<T*>(bytes()), size()};
  }
  template <class T>
  std::span<const T> data() const {
    check_type<T>();
    return {reinterpret_cast<const T*>(bytes()), size()};
  }

  /// This tensor as an argument of Context::run. The tensor must outlive it.
  fovea_buffer buffer();

 private:
  struct Release {
    void operator()(std::byte* pointer) const;
  };

  template <class T>
  void check_type() const {
    if constexpr (sizeof(T) == 2)
      check_bits();
    else
      check_dtype(DtypeOf<T>::value);
  }
  void check_dtype(fovea_dtype asked) const;
  void check_bits() const;
  void fill(const void* values, std::size_t bytes);

  fovea_dtype dtype_ = FOVEA_F32;
  std::vector<std::int64_t> shape_{0};
  std::size_t bytes_ = 0;
  std::unique_ptr<std::byte, Release> storage_;
};

} // namespace fovea::host
