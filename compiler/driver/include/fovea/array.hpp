#pragma once
#include <fovea/error.hpp>
#include <fovea/runtime/tensor_file.hpp>
#include <fovea/runtime/tensor_memory.hpp>
#include <fovea/shape.hpp>

#include <algorithm>
#include <cassert>
#include <concepts>
#include <cstddef>
#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <utility>

namespace fovea {

// The element type that a C++ type stands for.
template <class T>
struct DTypeOf;
template <>
struct DTypeOf<float> {
  static constexpr DType value = DType::f32;
};
template <>
struct DTypeOf<double> {
  static constexpr DType value = DType::f64;
};
template <>
struct DTypeOf<int8_t> {
  static constexpr DType value = DType::i8;
};
template <>
struct DTypeOf<uint8_t> {
  static constexpr DType value = DType::u8;
};
template <>
struct DTypeOf<int32_t> {
  static constexpr DType value = DType::i32;
};
template <>
struct DTypeOf<int64_t> {
  static constexpr DType value = DType::i64;
};
template <>
struct DTypeOf<bool> {
  static constexpr DType value = DType::boolean;
};

// Elements in memory: dense, row-major, aligned to 64 bytes. A value: copies copy the elements.
//
//   Array<float> x({1, 1, 28, 28});     zeros
//   x(0, 0, 14, 14) = 1;
//   Array<float> y = model(x);
//   auto best = std::ranges::max_element(y.row(0));
template <class T>
class Array {
 public:
  using value_type = T;

  Array() : Array(Shape{0}) {}
  // Zeros. Throws Error where an extent is negative or the size does not fit an int64.
  explicit Array(const Shape& shape, SourceLocation location = SourceLocation::current())
      : shape_(shape), size_(checked_size(shape, location)) {
    elements_.reset(static_cast<T*>(host::allocate_tensor(static_cast<size_t>(size_) * sizeof(T))));
    std::uninitialized_value_construct_n(elements_.get(), size_);
  }
  // From elements in row-major order. Throws Error where their number is not the shape's.
  Array(const Shape& shape, std::span<const T> elements,
        SourceLocation location = SourceLocation::current())
      : Array(shape, location) {
    if (static_cast<int64_t>(elements.size()) != size_)
      throw Error(
          {.what = "an array of shape " + to_string(shape) + " got too many or too few elements",
           .where = location,
           .expected = std::to_string(size_),
           .got = std::to_string(elements.size())});
    std::copy(elements.begin(), elements.end(), begin());
  }
  Array(const Shape& shape, std::initializer_list<T> elements,
        SourceLocation location = SourceLocation::current())
      : Array(shape, std::span<const T>(elements.begin(), elements.size()), location) {}

  Array(const Array& other) : Array(other.shape_, other.span()) {}
  Array(Array&& other) noexcept
      : shape_(other.shape_), size_(std::exchange(other.size_, 0)),
        elements_(std::move(other.elements_)) {
    other.shape_ = Shape{0};
  }
  Array& operator=(Array other) noexcept {
    std::swap(shape_, other.shape_);
    std::swap(size_, other.size_);
    std::swap(elements_, other.elements_);
    return *this;
  }

  const Shape& shape() const { return shape_; }
  static constexpr DType dtype() { return DTypeOf<T>::value; }
  int64_t size() const { return size_; }
  T* data() { return elements_.get(); }
  const T* data() const { return elements_.get(); }
  T* begin() { return data(); }
  T* end() { return data() + size_; }
  const T* begin() const { return data(); }
  const T* end() const { return data() + size_; }
  std::span<T> span() { return {data(), static_cast<size_t>(size_)}; }
  std::span<const T> span() const { return {data(), static_cast<size_t>(size_)}; }

  // One element: as many indices as dimensions. Checked in debug builds only.
  template <std::integral... Index>
  T& operator()(Index... indices) {
    return elements_[static_cast<size_t>(offset({static_cast<int64_t>(indices)...}))];
  }
  template <std::integral... Index>
  const T& operator()(Index... indices) const {
    return elements_[static_cast<size_t>(offset({static_cast<int64_t>(indices)...}))];
  }
  // The elements of one entry of the first dimension: an image of a batch. Throws Error where there
  // is none.
  std::span<T> row(int64_t index, SourceLocation location = SourceLocation::current()) {
    const int64_t length = row_length(index, location);
    return span().subspan(static_cast<size_t>(index * length), static_cast<size_t>(length));
  }
  std::span<const T> row(int64_t index, SourceLocation location = SourceLocation::current()) const {
    const int64_t length = row_length(index, location);
    return span().subspan(static_cast<size_t>(index * length), static_cast<size_t>(length));
  }
  // The same elements under another shape. Throws Error where their numbers differ.
  Array reshaped(const Shape& shape, SourceLocation location = SourceLocation::current()) const {
    return Array(shape, span(), location);
  }

 private:
  struct Release {
    void operator()(T* elements) const { host::release_tensor(elements); }
  };

  static int64_t checked_size(const Shape& shape, SourceLocation location) {
    const bool negative = std::any_of(shape.begin(), shape.end(), [](int64_t e) { return e < 0; });
    const int64_t bytes = TensorType{dtype(), shape}.bytes();
    if (negative || bytes < 0 || shape.too_long())
      throw Error({.what = "no array can have the shape " + to_string(shape),
                   .where = location,
                   .expected = "up to 12 extents >= 0, and a size below 2^63 bytes"});
    return shape.elements();
  }
  int64_t offset(std::initializer_list<int64_t> indices) const {
    assert(static_cast<int>(indices.size()) == shape_.rank());
    int64_t offset = 0;
    int k = 0;
    for (int64_t index : indices) {
      assert(index >= 0 && index < shape_[k]);
      offset = offset * shape_[k++] + index;
    }
    return offset;
  }
  int64_t row_length(int64_t index, SourceLocation location) const {
    const int64_t rows = shape_.empty() ? 0 : shape_[0];
    if (index < 0 || index >= rows)
      throw Error({.what = "an array of shape " + to_string(shape_) + " has no row " +
                           std::to_string(index),
                   .where = location,
                   .expected = "0 <= row < " + std::to_string(rows)});
    return size_ / rows;
  }

  Shape shape_;
  int64_t size_ = 0;
  std::unique_ptr<T[], Release> elements_;
};

namespace detail {
host::HostTensor read_npy(const std::string& path, DType expected, SourceLocation location);
host::HostTensor read_idx(const std::string& path, DType expected, SourceLocation location);
void write_npy(const std::string& path, const void* data, const TensorType& type,
               SourceLocation location);

template <class T>
Array<T> to_array(const host::HostTensor& tensor, SourceLocation location) {
  return Array<T>(Shape(tensor.shape()), tensor.data<T>(), location);
}
} // namespace detail

// Reads a NumPy file. Throws Error where the file is not one, or holds other elements than T.
template <class T>
Array<T> read_npy(const std::string& path, SourceLocation location = SourceLocation::current()) {
  return detail::to_array<T>(detail::read_npy(path, DTypeOf<T>::value, location), location);
}
// Reads an IDX file (MNIST's format), plain or gzipped. Throws Error likewise.
template <class T>
Array<T> read_idx(const std::string& path, SourceLocation location = SourceLocation::current()) {
  return detail::to_array<T>(detail::read_idx(path, DTypeOf<T>::value, location), location);
}
// Writes a NumPy file. Throws Error where that fails; the file appears whole or not at all.
template <class T>
void write_npy(const std::string& path, const Array<T>& array,
               SourceLocation location = SourceLocation::current()) {
  detail::write_npy(path, array.data(), {DTypeOf<T>::value, array.shape()}, location);
}

} // namespace fovea
