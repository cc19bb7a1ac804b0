#include "dsl/ops/reduction.hpp"

#include <fovea/op/arg.hpp>
#include <fovea/ops/hardmax.hpp>

namespace fovea::ops {
namespace {

// `place` where x is the extremum M, or NaN (then M is, and equals nothing); elsewhere `none`.
template <class X, class M, class P>
auto place_where_extreme(const Scalar<X>& x, const Scalar<M>& extremum, const Scalar<P>& place,
                         int64_t none) {
  const Scalar<Letters<>> nowhere{make_constant(static_cast<double>(none), DType::i64)};
  return select(equal(x, extremum), place, select(equal(x, x), nowhere, place));
}

} // namespace

Definition place_of_extremum(const char* name, const TensorType& x, const ReducedAxes& axis,
                             ReduceKind extremum, bool last) {
  const Reduction R(axis, x);
  const auto M =
      let(extremum == ReduceKind::max ? M_(R.i) = max(R.r)(R.x()) : M_(R.i) = min(R.r)(R.x()));
  const int64_t none = last ? -1 : R.r.extents()[0];
  const auto place = place_where_extreme(R.x(), M(R.i), value(R.r[0]), none);
  return R.bound(name, last ? Z(R.i) = max(R.r)(place) : Z(R.i) = min(R.r)(place));
}

Definition Hardmax::definition(const Types& operands) const {
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

} // namespace fovea::ops
