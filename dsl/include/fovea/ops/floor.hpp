#pragma once
#include <fovea/op/pointwise.hpp>

namespace fovea {
namespace ops {

// The largest integer that is not above, of every element.
struct Floor : UnaryOp<Floor> {
  static constexpr const char* name = "floor";
  static constexpr Accepts accepts = Accepts::floats;
  template <class S>
  auto scalar(const S& x) const {
    return floor(x);
  }
};

} // namespace ops

constexpr Map floor(Map) {
  return map_of<ops::Floor>();
}
inline Tensor<> floor(const Tensor<>& x, SourceLocation location = SourceLocation::current()) {
  return apply(ops::Floor{}, {x}, location);
}

} // namespace fovea
