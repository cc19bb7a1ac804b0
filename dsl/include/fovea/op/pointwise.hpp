#pragma once
#include <fovea/blocks/block.hpp>
#include <fovea/equation/statement.hpp>

// What the pointwise ops share: one operand of any shape, or two that broadcast.
namespace fovea::ops {

template <class Op>
struct UnaryOp : OpBase<Op> {
  static constexpr int inputs = 1;
  static constexpr bool floats_only = false; // no meaning for integers
  constexpr Inferred infer(const Types& operands) const {
    if (const ShapeError error = check_operand(operands[0], 0, max_rank); error.what)
      return error;
    if (const ShapeError error = check_float(operands[0]); Op::floats_only && error.what)
      return error;
    return operands[0];
  }
  // Z(i) = f(x(i)) with Op::scalar as f.
  Definition definition(const Types& operands) const {
    const Tensor<any_rank> x(0, "x", operands[0]);
    const IndexPack<'i'> i(operands[0].shape);
    return bind(Op::name, {{"x", operands[0]}},
                {Z(i) = static_cast<const Op&>(*this).scalar(x(i))});
  }
};

// The shape two operands broadcast to: aligned at the last dimension, 1 stretches (as in numpy).
constexpr Inferred broadcast(const TensorType& a, const TensorType& b) {
  for (const TensorType* type : {&a, &b})
    if (const ShapeError error = check_operand(*type, 0, max_rank); error.what)
      return error;
  if (a.dtype != b.dtype)
    return ShapeError{"the operands have different element types", "equal types", "", "", {}};
  const Shape& longer = a.shape.rank() >= b.shape.rank() ? a.shape : b.shape;
  const Shape& shorter = a.shape.rank() >= b.shape.rank() ? b.shape : a.shape;
  Shape result = longer;
  const int offset = longer.rank() - shorter.rank();
  for (int d = 0; d < shorter.rank(); ++d) {
    const int64_t x = longer[offset + d], y = shorter[d];
    if (x != y && x != 1 && y != 1)
      return ShapeError{"the shapes {0} and {1} do not broadcast",
                        "equal extents, or 1, from the "
                        "last dimension on",
                        "{2}",
                        "",
                        {a.shape, b.shape, Shape{x, y}}};
    result[offset + d] = x == 1 ? y : x;
  }
  const TensorType type{a.dtype, result};
  if (const ShapeError error = check_result(type); error.what)
    return error;
  return type;
}

// Subscripts of an operand of `shape` that is broadcast over the indices `i` of the result.
template <char L>
PackValue<Letters<L>> broadcast_subscripts(const IndexPack<L>& i, const Shape& shape) {
  PackValue<Letters<L>> subscripts;
  const int offset = i.rank() - shape.rank();
  for (int d = 0; d < shape.rank(); ++d)
    subscripts.exprs.push_back(shape[d] == i.extents()[offset + d] ? i[offset + d].expr
                                                                   : IndexExpr{});
  return subscripts;
}

template <class Op>
struct BinaryOp : OpBase<Op> {
  static constexpr int inputs = 2;
  constexpr Inferred infer(const Types& operands) const {
    return broadcast(operands[0], operands[1]);
  }
  // Z(i) = f(a(i), b(i)) with Op::scalar as f.
  Definition definition(const Types& operands) const {
    const Tensor<any_rank> a(0, "a", operands[0]), b(1, "b", operands[1]);
    const IndexPack<'i'> i(infer(operands).results[0].shape);
    return bind(Op::name, {{"a", operands[0]}, {"b", operands[1]}},
                {Z(i) = Op::scalar(a(broadcast_subscripts(i, operands[0].shape)),
                                   b(broadcast_subscripts(i, operands[1].shape)))});
  }
};

} // namespace fovea::ops
