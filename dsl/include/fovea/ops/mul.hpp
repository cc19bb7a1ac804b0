#pragma once
#include <fovea/op/pointwise.hpp>

namespace fovea {
namespace ops {

// a * b, element by element; shapes broadcast.
struct Mul : BinaryOp<Mul> {
  static constexpr const char* name = "mul";
  template <class A, class B>
  static auto scalar(const A& a, const B& b) {
    return a * b;
  }
};

} // namespace ops

inline Tensor<> mul(const Tensor<>& a, const Tensor<>& b,
                    SourceLocation location = SourceLocation::current()) {
  return apply(ops::Mul{}, {a, b}, location);
}
inline Tensor<> operator*(const Tensor<>& a, const Tensor<>& b) {
  return apply(ops::Mul{}, {a, b}, {});
}

} // namespace fovea
