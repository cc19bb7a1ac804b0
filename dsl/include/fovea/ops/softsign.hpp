#pragma once
#include <fovea/op/pointwise.hpp>

namespace fovea {
namespace ops {

// x / (1 + |x|).
struct Softsign : UnaryOp<Softsign> {
  static constexpr const char* name = "softsign";
  static constexpr Accepts accepts = Accepts::floats;
  template <class S>
  auto scalar(const S& x) const {
    return x / (abs(x) + 1.0);
  }
};

} // namespace ops

constexpr Map softsign(Map) {
  return map_of<ops::Softsign>();
}
inline Tensor<> softsign(const Tensor<>& x, SourceLocation location = SourceLocation::current()) {
  return apply(ops::Softsign{}, {x}, location);
}

} // namespace fovea
