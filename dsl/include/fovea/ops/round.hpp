#pragma once
#include <fovea/op/pointwise.hpp>

namespace fovea {
namespace ops {

// The nearest integer of every element; of two the even one.
struct Round : UnaryOp<Round> {
  static constexpr const char* name = "round";
  static constexpr Accepts accepts = Accepts::floats;
  template <class S>
  auto scalar(const S& x) const {
    return round(x);
  }
};

} // namespace ops

constexpr Map round(Map) {
  return map_of<ops::Round>();
}
inline Tensor<> round(const Tensor<>& x, SourceLocation location = SourceLocation::current()) {
  return apply(ops::Round{}, {x}, location);
}

} // namespace fovea
