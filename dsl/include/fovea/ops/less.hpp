#pragma once
#include <fovea/op/pointwise.hpp>

namespace fovea {
namespace ops {

// Whether a < b, element by element; shapes broadcast.
struct Less : BinaryOp<Less> {
  static constexpr const char* name = "less";
  static constexpr Accepts accepts = Accepts::numbers;
  static constexpr bool decides = true;
  template <class A, class B>
  static auto scalar(const A& a, const B& b) {
    return a < b;
  }
};

} // namespace ops

inline Tensor<> less(const Tensor<>& a, const Tensor<>& b,
                     SourceLocation location = SourceLocation::current()) {
  return apply(ops::Less{}, {a, b}, location);
}

} // namespace fovea
