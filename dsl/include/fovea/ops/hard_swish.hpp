#pragma once
#include <fovea/op/pointwise.hpp>

namespace fovea {
namespace ops {

// x max(min(x / 6 + 1/2, 1), 0): Howard et al., Searching for MobileNetV3, 2019.
struct HardSwish : UnaryOp<HardSwish> {
  static constexpr const char* name = "hard_swish";
  static constexpr Accepts accepts = Accepts::floats;
  template <class S>
  auto scalar(const S& x) const {
    return x * max(min(x * (1.0 / 6) + 0.5, 1.0), 0.0);
  }
};

} // namespace ops

constexpr Map hard_swish(Map) {
  return map_of<ops::HardSwish>();
}
inline Tensor<> hard_swish(const Tensor<>& x, SourceLocation location = SourceLocation::current()) {
  return apply(ops::HardSwish{}, {x}, location);
}

} // namespace fovea
