#include <fovea/equation/statement.hpp>
#include <fovea/ops/local_contrast_norm.hpp>

namespace fovea::ops {
namespace {

constexpr Result G_{"G"}, A_{"A"}, N_{"N"}, V_{"V"}, Q_{"Q"}, C_{"C"};

} // namespace

// The weights G of a window are the same for all channels, so means over the channels are taken
// first, and windows slide over one map. N is what the weights inside X sum to.
Definition LocalContrastNorm::definition(const Types& operands) const {
  const Shape &x = operands[0].shape, space = x.slice(2, x.rank());
  const int spatial = space.rank();
  const DType type = operands[0].dtype;
  const int64_t middle = size / 2;
  const Tensor<any_rank> X(0, "X", operands[0]);
  const Index<'b'> b{x[0]};
  const Index<'c'> c{x[1]};
  const IndexPack<'j'> j(space);
  const IndexPack<'m'> m(Shape::filled(spatial, size));
  const auto place = j + m - Shape::filled(spatial, middle);

  Scalar<Letters<'m'>> squared{make_constant(0, type)};
  for (int d = 0; d < spatial; ++d) {
    const auto distance = cast(value(m[d] - middle), type);
    squared = d == 0 ? Scalar<Letters<'m'>>{distance * distance} : squared + distance * distance;
  }
  const auto G = let(G_(m) = exp(squared * (-0.5 / (sigma * sigma))));

  Scalar<Letters<'j', 'm'>> counted{G(m).expr};
  const Scalar<Letters<>> before{make_constant(-1, DType::i64)}, nothing{make_constant(0, type)};
  for (int d = 0; d < spatial; ++d) {
    const Scalar<Letters<'j', 'm'>> at{make_index(place.exprs[static_cast<size_t>(d)])};
    const auto inside = logical_and(before < at, at < static_cast<double>(space[d]));
    counted = select(inside, counted, nothing);
  }
  const auto N = let(N_(j) = sum(m)(counted));
  const auto A = let(A_(b, j) = mean(c)(X(b, c, j)));
  const auto local_mean = let(M_(b, j) = sum(m)(A(b, zero(place)) * G(m)) / N(j));
  const auto V = let(V_(b, c, j) = X(b, c, j) - local_mean(b, j));
  const auto Q = let(Q_(b, j) = mean(c)(V(b, c, j) * V(b, c, j)));
  const auto S = let(S_(b, j) = sqrt(sum(m)(Q(b, zero(place)) * G(m)) / N(j)));
  const auto C = let(C_(b) = mean(j)(S(b, j)));
  return bind(name, {{"X", operands[0]}},
              {Z(b, c, j) = V(b, c, j) / max(max(S(b, j), C(b)), epsilon)});
}

} // namespace fovea::ops
