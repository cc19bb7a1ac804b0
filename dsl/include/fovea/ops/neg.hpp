#pragma once
#include <fovea/op/pointwise.hpp>

namespace fovea {
namespace ops {

// -x of every element; integers wrap.
struct Neg : UnaryOp<Neg> {
  static constexpr const char* name = "neg";
  static constexpr Accepts accepts = Accepts::numbers;
  template <class S>
  auto scalar(const S& x) const {
    return -x;
  }
};

} // namespace ops

constexpr Map neg(Map) {
  return map_of<ops::Neg>();
}
inline Tensor<> operator-(const Tensor<>& x) {
  return apply(ops::Neg{}, {x}, {});
}
inline Tensor<> neg(const Tensor<>& x, SourceLocation location = SourceLocation::current()) {
  return apply(ops::Neg{}, {x}, location);
}

} // namespace fovea
