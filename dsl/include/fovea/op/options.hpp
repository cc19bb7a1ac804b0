#pragma once
#include <fovea/op/window.hpp>

// Options of the factories, in any order: conv(64, 3, same, stride(2), groups(4), no_bias).
namespace fovea {

struct Stride {
  Shape value;
};
struct Dilation {
  Shape value;
};
struct Groups {
  int64_t value;
};
struct NoBias {};
struct CeilMode {};
struct IncludePadding {};

constexpr Stride stride(const Extents& value) {
  return {value.shape};
}
constexpr Dilation dilation(const Extents& value) {
  return {value.shape};
}
constexpr Groups groups(int64_t value) {
  return {value};
}
inline constexpr NoBias no_bias{};
// Pools: count a last, partial window; average pools: padding counts as zeros.
inline constexpr CeilMode ceil_mode{};
inline constexpr IncludePadding count_include_pad{};

namespace detail {
constexpr void apply_option(Window& op, const Padding& padding) {
  op.set_padding(padding);
}
constexpr void apply_option(Window& op, const Stride& stride) {
  op.stride = stride.value;
}
constexpr void apply_option(Window& op, const Dilation& dilation) {
  op.dilation = dilation.value;
}
constexpr void apply_option(Window& op, CeilMode) {
  op.ceil_mode = true;
}
} // namespace detail

} // namespace fovea
