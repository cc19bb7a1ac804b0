#pragma once
#include <fovea/op/pointwise.hpp>
#include <fovea/op/softplus.hpp>

namespace fovea {
namespace ops {

// log(exp(x) + 1), which does not overflow: max(x, 0) + log(1 + exp(-|x|)).
struct Softplus : UnaryOp<Softplus> {
  static constexpr const char* name = "softplus";
  static constexpr Accepts accepts = Accepts::floats;
  template <class S>
  auto scalar(const S& x) const {
    return softplus_of(x);
  }
};

} // namespace ops

constexpr Map softplus(Map) {
  return map_of<ops::Softplus>();
}
inline Tensor<> softplus(const Tensor<>& x, SourceLocation location = SourceLocation::current()) {
  return apply(ops::Softplus{}, {x}, location);
}

} // namespace fovea
