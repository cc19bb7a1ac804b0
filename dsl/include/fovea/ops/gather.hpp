#pragma once
#include <fovea/blocks/block.hpp>
#include <fovea/op/gather.hpp>

namespace fovea {
namespace ops {

// Slices of X along `axis` (negative: from the end), those that the indices P name:
// Z(a, i, d) = X(a, P(i), d). A negative index counts from the end.
struct Gather : OpBase<Gather> {
  static constexpr const char* name = "gather";
  static constexpr int inputs = 2;

  int64_t axis = 0;

  template <class Self, class V>
  static constexpr void fields(Self& self, V&& visit) {
    visit("axis", self.axis);
  }

  constexpr int place(const Shape& shape) const { return dimension_of(axis, shape.rank()); }

  constexpr Inferred infer(const Types& operands) const {
    if (const ShapeError error = check_gather(operands, 0); error.what)
      return error;
    const Shape& x = operands[0].shape;
    if (const ShapeError error = check_axis(axis, x.rank()); error.what)
      return error;
    const TensorType result{operands[0].dtype, x.slice(0, place(x)) + operands[1].shape +
                                                   x.slice(place(x) + 1, x.rank())};
    if (const ShapeError error = check_result(result); error.what)
      return error;
    return result;
  }

  Definition definition(const Types& operands) const {
    const Shape& x = operands[0].shape;
    const int at = place(x);
    const Tensor<any_rank> X(0, "X", operands[0]), P(1, "P", operands[1]);
    const IndexPack<'a'> a(x.slice(0, at));
    const IndexPack<'i'> i(operands[1].shape);
    const IndexPack<'d'> d(x.slice(at + 1, x.rank()));
    return bind(name, {{"X", operands[0]}, {"P", operands[1]}},
                {Z(a, i, d) = X(a, from_end(P(i), x[at]), d)});
  }
};

} // namespace ops

// The slices of `x` along `axis` that `indices` names: rows of a table unless the axis says
// otherwise.
inline Tensor<> gather(const Tensor<>& x, const Tensor<>& indices, int64_t axis = 0,
                       SourceLocation location = SourceLocation::current()) {
  ops::Gather op;
  op.axis = axis;
  return apply(op, {x, indices}, location);
}

} // namespace fovea
