#pragma once
#include <fovea/op/pointwise.hpp>

namespace fovea {
namespace ops {

// max(x, 0): Nair, Hinton, Rectified linear units improve restricted Boltzmann machines, 2010.
struct Relu : UnaryOp<Relu> {
  static constexpr const char* name = "relu";
  template <class S>
  auto scalar(const S& x) const {
    return max(x, 0.0);
  }
};

} // namespace ops

constexpr Map relu(Map) {
  return map_of<ops::Relu>();
}
inline Tensor<> relu(const Tensor<>& x, SourceLocation location = SourceLocation::current()) {
  return apply(ops::Relu{}, {x}, location);
}

} // namespace fovea
