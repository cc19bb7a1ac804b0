#pragma once
#include <fovea/op/pointwise.hpp>

namespace fovea {
namespace ops {

// a to the power of b, in the type of a; shapes broadcast. Element types may differ: an integer
// to the power of a float is computed in f64 and loses its fraction.
struct Pow : BinaryOp<Pow> {
  static constexpr const char* name = "pow";
  constexpr Inferred infer(const Types& operands) const {
    for (size_t k : {0, 1})
      if (const ShapeError error = check_pointwise(operands[k], Accepts::numbers); error.what)
        return error;
    return broadcast_shapes(operands[0], operands[1]);
  }
  template <class A, class B>
  static auto scalar(const A& a, const B& b) {
    const DType type = a.expr->type, other = b.expr->type;
    const DType between = is_float(other) && !is_float(type) ? DType::f64 : type;
    return fovea::cast(pow(fovea::cast(a, between), fovea::cast(b, between)), type);
  }
};

} // namespace ops

inline Tensor<> pow(const Tensor<>& a, const Tensor<>& b,
                    SourceLocation location = SourceLocation::current()) {
  return apply(ops::Pow{}, {a, b}, location);
}

} // namespace fovea
