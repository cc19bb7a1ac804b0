#pragma once
#include <fovea/op/pointwise.hpp>

namespace fovea {
namespace ops {

// a / b (integers truncate toward zero), element by element; shapes broadcast.
struct Div : BinaryOp<Div> {
  static constexpr const char* name = "div";
  template <class A, class B>
  static auto scalar(const A& a, const B& b) {
    return a / b;
  }
};

} // namespace ops

inline Tensor<> div(const Tensor<>& a, const Tensor<>& b,
                    SourceLocation location = SourceLocation::current()) {
  return apply(ops::Div{}, {a, b}, location);
}
inline Tensor<> operator/(const Tensor<>& a, const Tensor<>& b) {
  return apply(ops::Div{}, {a, b}, {});
}

} // namespace fovea
