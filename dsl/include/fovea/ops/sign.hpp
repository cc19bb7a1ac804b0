#pragma once
#include <fovea/op/pointwise.hpp>

namespace fovea {
namespace ops {

// -1, 0 or 1 of every element; NaN of NaN.
struct Sign : UnaryOp<Sign> {
  static constexpr const char* name = "sign";
  static constexpr Accepts accepts = Accepts::numbers;
  template <class S>
  auto scalar(const S& x) const {
    const S least = x.expr->type == DType::u8 ? x : select(x < 0.0, detail::like(x, -1), x + 0.0);
    return select(0.0 < x, detail::like(x, 1), least); // x + 0: the sign of no zero remains
  }
};

} // namespace ops

constexpr Map sign(Map) {
  return map_of<ops::Sign>();
}
inline Tensor<> sign(const Tensor<>& x, SourceLocation location = SourceLocation::current()) {
  return apply(ops::Sign{}, {x}, location);
}

} // namespace fovea
