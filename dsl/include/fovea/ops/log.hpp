#pragma once
#include <fovea/op/pointwise.hpp>

namespace fovea {
namespace ops {

// The natural logarithm of every element: -infinity of 0, NaN below.
struct Log : UnaryOp<Log> {
  static constexpr const char* name = "log";
  static constexpr Accepts accepts = Accepts::floats;
  template <class S>
  auto scalar(const S& x) const {
    return log(x);
  }
};

} // namespace ops

constexpr Map log(Map) {
  return map_of<ops::Log>();
}
inline Tensor<> log(const Tensor<>& x, SourceLocation location = SourceLocation::current()) {
  return apply(ops::Log{}, {x}, location);
}

} // namespace fovea
