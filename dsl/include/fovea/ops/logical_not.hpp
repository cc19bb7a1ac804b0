#pragma once
#include <fovea/op/pointwise.hpp>

namespace fovea {
namespace ops {

// Whether every element is false.
struct LogicalNot : UnaryOp<LogicalNot> {
  static constexpr const char* name = "logical_not";
  static constexpr Accepts accepts = Accepts::booleans;
  template <class S>
  auto scalar(const S& x) const {
    return logical_not(x);
  }
};

} // namespace ops

constexpr Map logical_not(Map) {
  return map_of<ops::LogicalNot>();
}
inline Tensor<> logical_not(const Tensor<>& x,
                            SourceLocation location = SourceLocation::current()) {
  return apply(ops::LogicalNot{}, {x}, location);
}

} // namespace fovea
