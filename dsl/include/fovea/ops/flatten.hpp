#pragma once
#include <fovea/blocks/block.hpp>
#include <fovea/equation/statement.hpp>

namespace fovea {
namespace ops {

// Joins the dimensions before `axis` into one and those from `axis` on into another, row-major:
// [2,16,5,5] -> [2,400] with axis 1 (negative: from the end). Moves nothing: a view.
struct Flatten : OpBase<Flatten> {
  static constexpr const char* name = "flatten";
  static constexpr int inputs = 1;

  int64_t axis = 1;

  template <class Self, class V>
  static constexpr void fields(Self& self, V&& visit) {
    visit("axis", self.axis);
  }

  // How many dimensions go into the first one.
  constexpr int cut(const Shape& shape) const {
    return static_cast<int>(axis < 0 ? axis + shape.rank() : axis);
  }

  constexpr Inferred infer(const Types& operands) const {
    const TensorType& x = operands[0];
    if (const ShapeError error = check_operand(x, 0, max_rank); error.what)
      return error;
    const int rank = x.shape.rank();
    if (axis < -rank || axis > rank)
      return ShapeError{"the axis is no dimension of the input {in}",
                        "{0} to {1}",
                        "{2}",
                        "",
                        {Shape{-rank}, Shape{rank}, Shape{axis}}};
    return TensorType{x.dtype, Shape{x.shape.slice(0, cut(x.shape)).elements(),
                                     x.shape.slice(cut(x.shape), rank).elements()}};
  }

  Definition definition(const Types& operands) const {
    const Shape& x = operands[0].shape;
    const Shape z = infer(operands).results[0].shape;
    const Tensor<any_rank> X(0, "X", operands[0]);
    const Index<'n'> n{z[0]};
    const Index<'c'> c{z[1]};
    PackValue<Letters<'n', 'c'>> place;
    for (int d = 0; d < x.rank(); ++d) {
      const bool outer = d < cut(x);
      const int end = outer ? cut(x) : x.rank();
      const int64_t stride = x.slice(d + 1, end).elements();
      const IndexExpr& index = outer ? n.value().expr : c.value().expr;
      const bool first = d == (outer ? 0 : cut(x)); // the outermost digit needs no modulus
      place.exprs.push_back(first ? floor_div(index, stride) : mod(floor_div(index, stride), x[d]));
    }
    return bind(name, {{"X", operands[0]}}, {Z(n, c) = X(place)});
  }
};

} // namespace ops

constexpr Map flatten(Map) {
  return map_of<ops::Flatten>();
}
constexpr Layer<ops::Flatten> flatten(Located<int64_t> axis) {
  ops::Flatten op;
  op.axis = axis.value;
  return {op, axis.location};
}
inline Tensor<> flatten(const Tensor<>& x, SourceLocation location = SourceLocation::current()) {
  return apply(ops::Flatten{}, {x}, location);
}

} // namespace fovea
