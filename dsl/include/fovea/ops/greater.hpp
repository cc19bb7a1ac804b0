#pragma once
#include <fovea/op/pointwise.hpp>

namespace fovea {
namespace ops {

// Whether a > b, element by element; shapes broadcast.
struct Greater : BinaryOp<Greater> {
  static constexpr const char* name = "greater";
  static constexpr Accepts accepts = Accepts::numbers;
  static constexpr bool decides = true;
  template <class A, class B>
  static auto scalar(const A& a, const B& b) {
    return b < a;
  }
};

} // namespace ops

inline Tensor<> greater(const Tensor<>& a, const Tensor<>& b,
                        SourceLocation location = SourceLocation::current()) {
  return apply(ops::Greater{}, {a, b}, location);
}

} // namespace fovea
