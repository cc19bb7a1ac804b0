#include <fovea/ops/weighted_avg_pool.hpp>

namespace fovea::ops {

// The sum of the weights is computed once for all images and channels.
Definition WeightedAvgPool::definition(const Types& operands) const {
  using Places = Letters<'j', 'm'>;
  const Shape x = operands[0].shape, z = infer(operands).results[0].shape;
  const Shape space = x.slice(2, x.rank());
  const int spatial = space.rank();
  const Tensor<any_rank> X(0, "X", operands[0]), W(1, "W", operands[1]);
  const Index<'b'> b;
  const Index<'c'> c;
  const IndexPack<'j'> j(z.slice(2, z.rank()));
  const IndexPack<'m'> m(spread(kernel, spatial, 1));
  const auto place =
      j * spread(stride, spatial, 1) + m * spread(dilation, spatial, 1) - fronts(space);
  const auto total = sum(m)(X(b, c, zero(place)) * W(m));
  const auto result = [&](const auto& weights) {
    return bind(name, {{"X", operands[0]}, {"W", operands[1]}}, {Z(b, c, j) = total / weights});
  };

  Scalar<Places> counted{W(m).expr};
  bool all_inside = true;
  const auto number = [](int64_t n) {
    return Scalar<Letters<>>{make_constant(static_cast<double>(n), DType::i64)};
  };
  for (int d = 0; d < spatial; ++d) {
    const int64_t last = (z[2 + d] - 1) * entry(stride, d, 1) + reach(d) - 1;
    if (front(d, space[d]) == 0 && last < space[d])
      continue;
    all_inside = false;
    const Scalar<Places> at{make_index(place.exprs[static_cast<size_t>(d)])};
    const auto inside = logical_and(number(-1) < at, at < number(space[d]));
    counted = select(inside, counted, Scalar<Letters<>>{make_constant(0, operands[0].dtype)});
  }
  if (all_inside)
    return result(let(S_() = sum(m)(W(m)))());
  return result(let(S_(j) = sum(m)(counted))(j));
}

} // namespace fovea::ops
