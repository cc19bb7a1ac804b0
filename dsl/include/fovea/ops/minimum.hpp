#pragma once
#include <fovea/op/pointwise.hpp>

namespace fovea {
namespace ops {

// The smaller of a and b; NaN where either is, element by element; shapes broadcast.
struct Minimum : BinaryOp<Minimum> {
  static constexpr const char* name = "minimum";
  template <class A, class B>
  static auto scalar(const A& a, const B& b) {
    return min(a, b);
  }
};

} // namespace ops

inline Tensor<> minimum(const Tensor<>& a, const Tensor<>& b,
                        SourceLocation location = SourceLocation::current()) {
  return apply(ops::Minimum{}, {a, b}, location);
}

} // namespace fovea
