#pragma once
#include <fovea/dtype.hpp>
#include <fovea/inline_vector.hpp>

#include <iosfwd>
#include <limits>
#include <string>
#include <vector>

namespace fovea {

inline constexpr int max_rank = 12;

// The extents of a tensor, outermost first; also the small integer lists among an op's attributes
// (kernel, stride ...). At most `max_rank` entries.
class Shape {
 public:
  constexpr Shape() = default;
  constexpr Shape(std::initializer_list<int64_t> extents) : extents_(extents) {}
  explicit Shape(const std::vector<int64_t>& extents) {
    for (int64_t extent : extents)
      extents_.push_back(extent);
  }
  // `rank` times the same extent.
  static constexpr Shape filled(int rank, int64_t extent) {
    Shape shape;
    for (int k = 0; k < rank; ++k)
      shape.push_back(extent);
    return shape;
  }

  constexpr int rank() const { return static_cast<int>(extents_.size()); }
  constexpr bool empty() const { return extents_.empty(); }
  // More entries were given than `max_rank`.
  constexpr bool too_long() const { return extents_.overflowed(); }
  constexpr int64_t operator[](int k) const { return extents_[static_cast<size_t>(k)]; }
  constexpr int64_t& operator[](int k) { return extents_[static_cast<size_t>(k)]; }
  constexpr const int64_t* begin() const { return extents_.begin(); }
  constexpr const int64_t* end() const { return extents_.end(); }
  constexpr void push_back(int64_t extent) { extents_.push_back(extent); }

  // Extents [first, last).
  constexpr Shape slice(int first, int last) const {
    Shape part;
    for (int k = first; k < last; ++k)
      part.push_back((*this)[k]);
    return part;
  }
  constexpr Shape operator+(const Shape& tail) const {
    Shape joined = *this;
    for (int64_t extent : tail)
      joined.push_back(extent);
    return joined;
  }
  // Number of elements; -1 where the product does not fit an int64.
  constexpr int64_t elements() const {
    int64_t count = 1;
    for (int64_t extent : extents_)
      if (__builtin_mul_overflow(count, extent, &count))
        return -1;
    return count;
  }
  constexpr bool operator==(const Shape& other) const {
    if (rank() != other.rank())
      return false;
    for (int k = 0; k < rank(); ++k)
      if ((*this)[k] != other[k])
        return false;
    return true;
  }
  std::vector<int64_t> to_vector() const { return {begin(), end()}; }

 private:
  InlineVector<int64_t, max_rank> extents_;
};

// "1x6x28x28"; "scalar" for rank 0.
std::string to_string(const Shape& shape);
std::ostream& operator<<(std::ostream& out, const Shape& shape);

// An element type and a shape.
struct TensorType {
  DType dtype = DType::f32;
  Shape shape;
  constexpr bool operator==(const TensorType& other) const {
    return dtype == other.dtype && shape == other.shape;
  }
  // Size in bytes; -1 where it does not fit an int64.
  constexpr int64_t bytes() const {
    int64_t bytes = 0;
    const int64_t count = shape.elements();
    return count < 0 || __builtin_mul_overflow(count, size_of(dtype), &bytes) ? -1 : bytes;
  }
};

// "1x6x28x28xf32"
std::string to_string(const TensorType& type);

// Row-major strides in elements.
constexpr Shape row_major_strides(const Shape& shape) {
  Shape strides = Shape::filled(shape.rank(), 1);
  for (int k = shape.rank() - 2; k >= 0; --k)
    strides[k] = strides[k + 1] * shape[k + 1];
  return strides;
}

} // namespace fovea
