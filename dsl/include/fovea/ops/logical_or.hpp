#pragma once
#include <fovea/op/pointwise.hpp>

namespace fovea {
namespace ops {

// Whether a, b or both are true, element by element; shapes broadcast.
struct LogicalOr : BinaryOp<LogicalOr> {
  static constexpr const char* name = "logical_or";
  static constexpr Accepts accepts = Accepts::booleans;
  template <class A, class B>
  static auto scalar(const A& a, const B& b) {
    return logical_or(a, b);
  }
};

} // namespace ops

inline Tensor<> logical_or(const Tensor<>& a, const Tensor<>& b,
                           SourceLocation location = SourceLocation::current()) {
  return apply(ops::LogicalOr{}, {a, b}, location);
}

} // namespace fovea
