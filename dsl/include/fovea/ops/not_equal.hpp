#pragma once
#include <fovea/op/pointwise.hpp>

namespace fovea {
namespace ops {

// Whether a and b differ, element by element; shapes broadcast.
struct NotEqual : BinaryOp<NotEqual> {
  static constexpr const char* name = "not_equal";
  static constexpr bool decides = true;
  template <class A, class B>
  static auto scalar(const A& a, const B& b) {
    return not_equal(a, b);
  }
};

} // namespace ops

inline Tensor<> not_equal(const Tensor<>& a, const Tensor<>& b,
                          SourceLocation location = SourceLocation::current()) {
  return apply(ops::NotEqual{}, {a, b}, location);
}

} // namespace fovea
