#pragma once
#include <fovea/op/arg.hpp>

namespace fovea {
namespace ops {

// 1 at the first of the largest elements along `axis` (negative: from the end), else 0:
//   M = max(k) x(k);  P = min(k) (k where x(k) is M or NaN);  Z(c) = 1 where c is P, else 0
struct Hardmax : OpBase<Hardmax> {
  static constexpr const char* name = "hardmax";
  static constexpr int inputs = 1;

  int64_t axis = -1;

  template <class Self, class V>
  static constexpr void fields(Self& self, V&& visit) {
    visit("axis", self.axis);
  }

  constexpr Inferred infer(const Types& operands) const {
    const TensorType& x = operands[0];
    if (const ShapeError error = check_operand(x, 1, max_rank); error.what)
      return error;
    for (const ShapeError& error : {check_float(x), check_axis(axis, x.shape.rank())})
      if (error.what)
        return error;
    return x;
  }

  Definition definition(const Types& operands) const {
    const Shape& shape = operands[0].shape;
    const int place = dimension_of(axis, shape.rank());
    const Tensor<any_rank> x(0, "x", operands[0]);
    const IndexPack<'a'> a(shape.slice(0, place));
    const IndexPack<'d'> d(shape.slice(place + 1, shape.rank()));
    const Index<'c'> c{shape[place]};
    const Index<'k'> k{shape[place]};
    const auto M = let(M_(a, d) = max(k)(x(a, k, d)));
    const auto P =
        let(S_(a, d) = min(k)(place_where_extreme(x(a, k, d), M(a, d), value(k), shape[place])));
    const auto number = [&](double n) {
      return Scalar<Letters<>>{make_constant(n, operands[0].dtype)};
    };
    return bind(name, {{"x", operands[0]}},
                {Z(a, c, d) = select(equal(P(a, d), value(c)), number(1), number(0))});
  }
};

} // namespace ops

constexpr Map hardmax(Map) {
  return map_of<ops::Hardmax>();
}
constexpr Layer<ops::Hardmax> hardmax(Located<int64_t> axis) {
  ops::Hardmax op;
  op.axis = axis.value;
  return {op, axis.location};
}

} // namespace fovea
