#pragma once
#include <cstddef>
#include <string_view>

namespace fovea {

// A layer's name inside a constexpr block: a copy, so that it never dangles.
class Name {
 public:
  static constexpr size_t capacity = 63;
  constexpr Name() = default;
  // At most `capacity` characters; longer names belong to `Block::named`, which takes any.
  template <size_t N>
  requires(N - 1 <= capacity) constexpr Name(const char (&text)[N]) { // NOLINT(*-explicit-*)
    for (size_t k = 0; k + 1 < N; ++k)
      text_[k] = text[k];
    size_ = N - 1;
  }
  constexpr std::string_view view() const { return {text_, size_}; }
  constexpr bool empty() const { return size_ == 0; }

 private:
  char text_[capacity + 1] = {};
  size_t size_ = 0;
};

} // namespace fovea
