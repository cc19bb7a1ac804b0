#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>

namespace fovea {

// A vector of at most `Capacity` elements that lives in constant expressions (std::vector does not,
// in the compilers we support). Pushing past the capacity is recorded, not thrown: `overflowed()`.
template <class T, size_t Capacity>
class InlineVector {
 public:
  constexpr InlineVector() = default;
  constexpr InlineVector(std::initializer_list<T> values) {
    for (const T& value : values)
      push_back(value);
  }
  constexpr void push_back(const T& value) {
    if (size_ < Capacity)
      values_[size_++] = value;
    else
      overflowed_ = true;
  }
  constexpr size_t size() const { return size_; }
  constexpr bool empty() const { return size_ == 0; }
  constexpr bool overflowed() const { return overflowed_; }
  constexpr T& operator[](size_t k) { return values_[k]; }
  constexpr const T& operator[](size_t k) const { return values_[k]; }
  constexpr const T* begin() const { return values_.data(); }
  constexpr const T* end() const { return values_.data() + size_; }
  constexpr T* begin() { return values_.data(); }
  constexpr T* end() { return values_.data() + size_; }
  constexpr const T* data() const { return values_.data(); }
  constexpr const T& back() const { return values_[size_ - 1]; }

 private:
  std::array<T, Capacity> values_{};
  size_t size_ = 0;
  bool overflowed_ = false;
};

} // namespace fovea
