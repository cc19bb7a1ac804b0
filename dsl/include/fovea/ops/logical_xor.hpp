#pragma once
#include <fovea/op/pointwise.hpp>

namespace fovea {
namespace ops {

// Whether one of a and b alone is true, element by element; shapes broadcast.
struct LogicalXor : BinaryOp<LogicalXor> {
  static constexpr const char* name = "logical_xor";
  static constexpr Accepts accepts = Accepts::booleans;
  template <class A, class B>
  static auto scalar(const A& a, const B& b) {
    return not_equal(a, b);
  }
};

} // namespace ops

inline Tensor<> logical_xor(const Tensor<>& a, const Tensor<>& b,
                            SourceLocation location = SourceLocation::current()) {
  return apply(ops::LogicalXor{}, {a, b}, location);
}

} // namespace fovea
