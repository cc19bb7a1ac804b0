#pragma once
#include <fovea/op/pointwise.hpp>

namespace fovea {
namespace ops {

// Whether every element is not a number.
struct IsNan : UnaryOp<IsNan> {
  static constexpr const char* name = "is_nan";
  static constexpr Accepts accepts = Accepts::floats;
  static constexpr bool decides = true;
  template <class S>
  auto scalar(const S& x) const {
    return not_equal(x, x);
  }
};

} // namespace ops

constexpr Map is_nan(Map) {
  return map_of<ops::IsNan>();
}
inline Tensor<> is_nan(const Tensor<>& x, SourceLocation location = SourceLocation::current()) {
  return apply(ops::IsNan{}, {x}, location);
}

} // namespace fovea
