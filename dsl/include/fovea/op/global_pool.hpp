#pragma once
#include <fovea/blocks/block.hpp>
#include <fovea/equation/statement.hpp>

// What the global pools share: X [batch, channels, space...] -> [batch, channels, 1...].
namespace fovea::ops {

struct GlobalWindow {
  Tensor<any_rank> X;
  Index<'b'> b;
  Index<'c'> c;
  IndexPack<'j'> one; // the result's spatial dimensions
  IndexPack<'m'> m;   // those of X
  auto x() const { return X(b, c, m); }
};

// Op::equation gives Z(b,c,one) = f(m)(x(b,c,m)).
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
  Definition definition(const Types& operands) const {
    const Shape& x = operands[0].shape;
    const GlobalWindow window{Tensor<any_rank>(0, "X", operands[0]),
                              {x[0]},
                              {x[1]},
                              IndexPack<'j'>(Shape::filled(x.rank() - 2, 1)),
                              IndexPack<'m'>(x.slice(2, x.rank()))};
    return bind(Op::name, {{"X", operands[0]}}, {static_cast<const Op&>(*this).equation(window)});
  }
};

} // namespace fovea::ops
