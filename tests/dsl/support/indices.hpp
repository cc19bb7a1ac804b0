#pragma once
#include <fovea/dsl.hpp>

// What equations in tests are written with.
namespace fovea::testing {

inline constexpr Index<'i'> i{};
inline constexpr Index<'j'> j{};
inline constexpr Index<'k'> k{};
inline constexpr Index<'l'> l{};
inline constexpr Index<'m'> m{};
inline constexpr Index<'n'> n{};

inline TensorType f32(const Shape& shape) {
  return {DType::f32, shape};
}

} // namespace fovea::testing
