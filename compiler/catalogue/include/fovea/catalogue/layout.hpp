#pragma once
#include <fovea/shape.hpp>

#include <cstdint>
#include <string>
#include <string_view>

// The order in which a tensor's elements stand in memory.
namespace fovea::catalogue {

// Row-major, or with one dimension in blocks of which each is innermost: a [1, 64, 56, 56] tensor
// `blocked(1, 16)` is stored as a row-major [1, 4, 56, 56, 16] (NCHW16c). The last block is filled
// up with zeros, whoever writes the tensor.
struct Layout {
  int axis = -1;     // the dimension in blocks; -1: none
  int64_t block = 1; // elements in a block

  static Layout row_major() { return {}; }
  static Layout blocked(int axis, int64_t block) { return {axis, block}; }
  bool is_row_major() const { return axis < 0; }
  bool operator==(const Layout&) const = default;
};

// What is stored: the type of the row-major tensor that holds the elements.
TensorType stored_type(const TensorType& type, const Layout& layout);

// Where element `offset` of a row-major tensor of that shape is stored, in elements.
int64_t stored_offset(const Shape& shape, const Layout& layout, int64_t offset);

// "row_major", "blocked(1, 16)".
std::string to_string(const Layout& layout);
// The inverse. Throws fovea::Error.
Layout parse_layout(std::string_view text);

} // namespace fovea::catalogue
