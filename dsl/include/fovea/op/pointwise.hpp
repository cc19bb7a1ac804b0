#pragma once
#include <fovea/blocks/block.hpp>
#include <fovea/equation/statement.hpp>

// What the pointwise ops share: one operand of any shape, or several that broadcast.
namespace fovea::ops {

// The element types that an op has a meaning for.
enum class Accepts : uint8_t { any, numbers, integers, floats, booleans };

constexpr ShapeError check_element(DType type, Accepts accepts) {
  const bool boolean = type == DType::boolean;
  if (accepts == Accepts::floats && !is_float(type))
    return {"its elements are integers", "a float type", "", "", {}};
  if (accepts == Accepts::integers && (is_float(type) || boolean))
    return {"its elements are no integers", "an integer type", "", "", {}};
  if (accepts == Accepts::numbers && boolean)
    return {"its elements are booleans", "a type of numbers", "", "", {}};
  if (accepts == Accepts::booleans && !boolean)
    return {"its elements are no booleans", "bool", "", "cast them, or compare them with 0", {}};
  return {};
}

constexpr ShapeError check_pointwise(const TensorType& operand, Accepts accepts) {
  const ShapeError error = check_operand(operand, 0, max_rank);
  return error.what ? error : check_element(operand.dtype, accepts);
}

constexpr Inferred infer_unary(const TensorType& x, Accepts accepts, bool decides) {
  if (const ShapeError error = check_pointwise(x, accepts); error.what)
    return error;
  return TensorType{decides ? DType::boolean : x.dtype, x.shape};
}

template <class Op>
struct UnaryOp : OpBase<Op> {
  static constexpr int inputs = 1;
  static constexpr Accepts accepts = Accepts::any;
  static constexpr bool decides = false; // the result is boolean
  constexpr Inferred infer(const Types& operands) const {
    return infer_unary(operands[0], Op::accepts, Op::decides);
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
// The element type is that of `a`.
constexpr Inferred broadcast_shapes(const TensorType& a, const TensorType& b) {
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

// The same of operands of one element type, checked.
constexpr Inferred broadcast(const TensorType& a, const TensorType& b,
                             Accepts accepts = Accepts::any) {
  for (const TensorType* type : {&a, &b})
    if (const ShapeError error = check_operand(*type, 0, max_rank); error.what)
      return error;
  if (a.dtype != b.dtype)
    return ShapeError{"the operands have different element types", "equal types", "", "", {}};
  if (const ShapeError error = check_element(a.dtype, accepts); error.what)
    return error;
  return broadcast_shapes(a, b);
}

constexpr Inferred infer_binary(const Types& operands, Accepts accepts, bool decides) {
  Inferred inferred = broadcast(operands[0], operands[1], accepts);
  if (inferred.ok() && decides)
    inferred.results[0].dtype = DType::boolean;
  return inferred;
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
  static constexpr Accepts accepts = Accepts::any;
  static constexpr bool decides = false; // the result is boolean
  constexpr Inferred infer(const Types& operands) const {
    return infer_binary(operands, Op::accepts, Op::decides);
  }
  // Z(i) = f(a(i), b(i)) with Op::scalar as f.
  Definition definition(const Types& operands) const {
    const Op& op = static_cast<const Op&>(*this);
    const Tensor<any_rank> a(0, "a", operands[0]), b(1, "b", operands[1]);
    const IndexPack<'i'> i(op.infer(operands).results[0].shape);
    return bind(Op::name, {{"a", operands[0]}, {"b", operands[1]}},
                {Z(i) = op.scalar(a(broadcast_subscripts(i, operands[0].shape)),
                                  b(broadcast_subscripts(i, operands[1].shape)))});
  }
};

} // namespace fovea::ops
