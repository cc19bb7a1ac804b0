#pragma once
#include <fovea/op/pointwise.hpp>

namespace fovea {
namespace ops {

// Whether both a and b are true, element by element; shapes broadcast.
struct LogicalAnd : BinaryOp<LogicalAnd> {
  static constexpr const char* name = "logical_and";
  static constexpr Accepts accepts = Accepts::booleans;
  template <class A, class B>
  static auto scalar(const A& a, const B& b) {
    return logical_and(a, b);
  }
};

} // namespace ops

inline Tensor<> logical_and(const Tensor<>& a, const Tensor<>& b,
                            SourceLocation location = SourceLocation::current()) {
  return apply(ops::LogicalAnd{}, {a, b}, location);
}

} // namespace fovea
