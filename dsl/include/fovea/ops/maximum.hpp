#pragma once
#include <fovea/op/pointwise.hpp>

namespace fovea {
namespace ops {

// The larger of a and b; NaN where either is, element by element; shapes broadcast.
struct Maximum : BinaryOp<Maximum> {
  static constexpr const char* name = "maximum";
  template <class A, class B>
  static auto scalar(const A& a, const B& b) {
    return max(a, b);
  }
};

} // namespace ops

inline Tensor<> maximum(const Tensor<>& a, const Tensor<>& b,
                        SourceLocation location = SourceLocation::current()) {
  return apply(ops::Maximum{}, {a, b}, location);
}

} // namespace fovea
