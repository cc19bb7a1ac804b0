#pragma once
#include <fovea/blocks/block.hpp>
#include <fovea/op/gather.hpp>

namespace fovea {
namespace ops {

// For each element of the indices P one of X, at its own place but along `axis` (negative: from the
// end), where P says: Z(a, j, d) = X(a, P(a, j, d), d). A negative index counts from the end.
struct GatherElements : OpBase<GatherElements> {
  static constexpr const char* name = "gather_elements";
  static constexpr int inputs = 2;

  int64_t axis = 0;

  template <class Self, class V>
  static constexpr void fields(Self& self, V&& visit) {
    visit("axis", self.axis);
  }

  constexpr int place(const Shape& shape) const { return dimension_of(axis, shape.rank()); }

  constexpr Inferred infer(const Types& operands) const {
    if (const ShapeError error = check_gather(operands, 1); error.what)
      return error;
    const Shape &x = operands[0].shape, &p = operands[1].shape;
    if (const ShapeError error = check_axis(axis, x.rank()); error.what)
      return error;
    bool fits = p.rank() == x.rank();
    for (int d = 0; fits && d < x.rank(); ++d)
      fits = d == place(x) || p[d] <= x[d];
    if (!fits)
      return ShapeError{"the indices go beyond the input {in} beside the axis",
                        "a shape of the same rank, not larger",
                        "{0}",
                        "",
                        {p}};
    const TensorType result{operands[0].dtype, p};
    if (const ShapeError error = check_result(result); error.what)
      return error;
    return result;
  }

  Definition definition(const Types& operands) const {
    const Shape &x = operands[0].shape, &p = operands[1].shape;
    const int at = place(x);
    const Tensor<any_rank> X(0, "X", operands[0]), P(1, "P", operands[1]);
    const IndexPack<'a'> a(p.slice(0, at));
    const Index<'j'> j{p[at]};
    const IndexPack<'d'> d(p.slice(at + 1, p.rank()));
    return bind(name, {{"X", operands[0]}, {"P", operands[1]}},
                {Z(a, j, d) = X(a, from_end(P(a, j, d), x[at]), d)});
  }
};

} // namespace ops

// For each element of `indices` the element of `x` at that index along `axis`.
inline Tensor<> gather_elements(const Tensor<>& x, const Tensor<>& indices, int64_t axis = 0,
                                SourceLocation location = SourceLocation::current()) {
  ops::GatherElements op;
  op.axis = axis;
  return apply(op, {x, indices}, location);
}

} // namespace fovea
