#pragma once
#include <fovea/op/pointwise.hpp>

namespace fovea {
namespace ops {

// 1 / x of every element.
struct Reciprocal : UnaryOp<Reciprocal> {
  static constexpr const char* name = "reciprocal";
  static constexpr Accepts accepts = Accepts::floats;
  template <class S>
  auto scalar(const S& x) const {
    return 1.0 / x;
  }
};

} // namespace ops

constexpr Map reciprocal(Map) {
  return map_of<ops::Reciprocal>();
}
inline Tensor<> reciprocal(const Tensor<>& x, SourceLocation location = SourceLocation::current()) {
  return apply(ops::Reciprocal{}, {x}, location);
}

} // namespace fovea
