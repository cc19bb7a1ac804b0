#pragma once
#include <fovea/op/pointwise.hpp>

namespace fovea {
namespace ops {

// The size of every element; the least integer wraps to itself.
struct Abs : UnaryOp<Abs> {
  static constexpr const char* name = "abs";
  static constexpr Accepts accepts = Accepts::numbers;
  template <class S>
  auto scalar(const S& x) const {
    return abs(x);
  }
};

} // namespace ops

constexpr Map abs(Map) {
  return map_of<ops::Abs>();
}
inline Tensor<> abs(const Tensor<>& x, SourceLocation location = SourceLocation::current()) {
  return apply(ops::Abs{}, {x}, location);
}

} // namespace fovea
