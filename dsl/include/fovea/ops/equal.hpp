#pragma once
#include <fovea/op/pointwise.hpp>

namespace fovea {
namespace ops {

// Whether a = b, element by element; shapes broadcast.
struct Equal : BinaryOp<Equal> {
  static constexpr const char* name = "equal";
  static constexpr bool decides = true;
  template <class A, class B>
  static auto scalar(const A& a, const B& b) {
    return equal(a, b);
  }
};

} // namespace ops

inline Tensor<> equal(const Tensor<>& a, const Tensor<>& b,
                      SourceLocation location = SourceLocation::current()) {
  return apply(ops::Equal{}, {a, b}, location);
}

} // namespace fovea
