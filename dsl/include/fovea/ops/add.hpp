#pragma once
#include <fovea/op/pointwise.hpp>

namespace fovea {
namespace ops {

// a + b, element by element; shapes broadcast.
struct Add : BinaryOp<Add> {
  static constexpr const char* name = "add";
  template <class A, class B>
  static auto scalar(const A& a, const B& b) {
    return a + b;
  }
};

} // namespace ops

inline Tensor<> add(const Tensor<>& a, const Tensor<>& b,
                    SourceLocation location = SourceLocation::current()) {
  return apply(ops::Add{}, {a, b}, location);
}
inline Tensor<> operator+(const Tensor<>& a, const Tensor<>& b) {
  return apply(ops::Add{}, {a, b}, {});
}

} // namespace fovea
