#pragma once
#include <fovea/op/p_norm.hpp>
#include <fovea/op/reduction.hpp>

namespace fovea {
namespace ops {

// X divided by its p-norm along `axis` (negative: from the end); 0 where the norm is 0:
//   N(a,d) = (sum(k) |X(a,k,d)|^p)^(1/p);  Z(a,c,d) = X(a,c,d) / N(a,d)
struct LpNormalization : OpBase<LpNormalization> {
  static constexpr const char* name = "lp_normalization";
  static constexpr int inputs = 1;

  int64_t axis = -1;
  int64_t p = 2;

  template <class Self, class V>
  static constexpr void fields(Self& self, V&& visit) {
    visit("axis", self.axis);
    visit("p", self.p);
  }

  constexpr Inferred infer(const Types& operands) const {
    const TensorType& x = operands[0];
    if (const ShapeError error = check_operand(x, 1, max_rank); error.what)
      return error;
    for (const ShapeError& error :
         {check_float(x), check_axis(axis, x.shape.rank()), check_norm(p)})
      if (error.what)
        return error;
    return x;
  }

  Definition definition(const Types& operands) const {
    const Shape& x = operands[0].shape;
    const int place = dimension_of(axis, x.rank());
    const Tensor<any_rank> X(0, "X", operands[0]);
    const IndexPack<'a'> a(x.slice(0, place));
    const IndexPack<'d'> d(x.slice(place + 1, x.rank()));
    const Index<'c'> c{x[place]};
    const Index<'k'> k{x[place]};
    const auto N = let(S_(a, d) = norm_root(sum(k)(norm_term(X(a, k, d), p)), p));
    const Scalar<Letters<>> nothing{make_constant(0, operands[0].dtype)};
    return bind(name, {{"X", operands[0]}},
                {Z(a, c, d) = select(equal(N(a, d), 0.0), nothing, X(a, c, d) / N(a, d))});
  }
};

} // namespace ops

constexpr Map lp_normalization(Map) {
  return map_of<ops::LpNormalization>();
}
// lp_normalization(1): along another dimension; lp_normalization(1, 1): by the sum of magnitudes.
constexpr Layer<ops::LpNormalization> lp_normalization(Located<int64_t> axis, int64_t p = 2) {
  ops::LpNormalization op;
  op.axis = axis.value;
  op.p = p;
  return {op, axis.location};
}

} // namespace fovea
