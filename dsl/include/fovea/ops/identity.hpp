#pragma once
#include <fovea/op/pointwise.hpp>

namespace fovea {
namespace ops {

// Every element as it is.
struct Identity : UnaryOp<Identity> {
  static constexpr const char* name = "identity";
  template <class S>
  auto scalar(const S& x) const {
    return x;
  }
};

} // namespace ops

constexpr Map identity(Map) {
  return map_of<ops::Identity>();
}
inline Tensor<> identity(const Tensor<>& x, SourceLocation location = SourceLocation::current()) {
  return apply(ops::Identity{}, {x}, location);
}

} // namespace fovea
