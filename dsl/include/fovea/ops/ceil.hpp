#pragma once
#include <fovea/op/pointwise.hpp>

namespace fovea {
namespace ops {

// The smallest integer that is not below, of every element.
struct Ceil : UnaryOp<Ceil> {
  static constexpr const char* name = "ceil";
  static constexpr Accepts accepts = Accepts::floats;
  template <class S>
  auto scalar(const S& x) const {
    return ceil(x);
  }
};

} // namespace ops

constexpr Map ceil(Map) {
  return map_of<ops::Ceil>();
}
inline Tensor<> ceil(const Tensor<>& x, SourceLocation location = SourceLocation::current()) {
  return apply(ops::Ceil{}, {x}, location);
}

} // namespace fovea
