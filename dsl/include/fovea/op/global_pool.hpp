#pragma once
#include <fovea/blocks/block.hpp>

// What the global pools share: X [batch, channels, space...] -> [batch, channels, 1...].
namespace fovea::ops {

template <class Op>
struct GlobalPoolOp : OpBase<Op> {
  static constexpr int inputs = 1;
  static constexpr bool floats_only = false;

  constexpr Inferred infer(const Types& operands) const {
    const TensorType& x = operands[0];
    if (const ShapeError error = check_operand(x, 3, max_rank); error.what)
      return error;
    if (const ShapeError error = check_float(x); Op::floats_only && error.what)
      return error;
    return TensorType{x.dtype, x.shape.slice(0, 2) + Shape::filled(x.shape.rank() - 2, 1)};
  }
};

} // namespace fovea::ops
