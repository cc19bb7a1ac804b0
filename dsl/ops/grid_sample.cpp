#include "dsl/ops/sampling.hpp"

#include <fovea/ops/grid_sample.hpp>

namespace fovea::ops {
namespace {

// A coordinate between elements from a grid's, -1 .. 1 over the image.
template <class S>
Scalar<S> unnormalised(const Scalar<S>& g, int64_t extent, bool align_corners) {
  const auto n = static_cast<double>(extent);
  return align_corners ? (g + 1.0) / 2.0 * (n - 1) : ((g + 1.0) * n - 1.0) / 2.0;
}

// Mirrored at the edges, which are elements with `align_corners`, else half an element outside.
template <class S>
Scalar<S> reflected(const Scalar<S>& place, int64_t extent, bool align_corners) {
  const double edge = align_corners ? 0 : -0.5;
  const double span = static_cast<double>(extent) - (align_corners ? 1 : 0);
  if (span == 0) // one element, whose centre is either edge
    return place * 0.0;
  const auto distance = abs(place - edge);
  const auto within = distance - floor(distance / (2 * span)) * (2 * span); // the way to and fro
  return span + edge - abs(within - span);
}

} // namespace

Definition GridSample::definition(const Types& operands) const {
  using Set = Letters<'b', 'j'>;
  const Shape &x = operands[0].shape, &grid = operands[1].shape;
  const int spatial = x.rank() - 2;
  const DType type = operands[0].dtype, wide = accumulator_of(type);
  const Tensor<any_rank> X(0, "X", operands[0]), G(1, "G", operands[1]);
  const Index<'b'> b{x[0]};
  const Index<'c'> c{x[1]};
  const IndexPack<'j'> j(grid.slice(1, grid.rank() - 1));

  std::vector<Scalar<Set>> place;
  for (int d = 0; d < spatial; ++d) {
    const int64_t extent = x[2 + d];
    const IndexValue<Letters<>> component{IndexExpr{spatial - 1 - d, {}}};
    Scalar<Set> at = unnormalised(cast(G(b, j, component), wide), extent, align_corners);
    if (padding == SamplePadding::reflection)
      at = reflected(at, extent, align_corners);
    if (padding != SamplePadding::zeros)
      at = min(max(at, 0.0), static_cast<double>(extent - 1));
    place.push_back(near(mode == SampleMode::nearest ? round(at) : at, extent));
  }
  const auto read = [&](const ScalarPack<Set>& at) { return X(b, c, zero(at)); };
  const std::vector<Operand> names{{"X", operands[0]}, {"G", operands[1]}};
  if (mode == SampleMode::linear)
    return bind(name, names, {Z(b, c, j) = cast(interpolated(place, wide, read), type)});
  ScalarPack<Set> nearest;
  for (const Scalar<Set>& at : place)
    nearest.exprs.push_back(element_number(at));
  return bind(name, names, {Z(b, c, j) = read(nearest)});
}

} // namespace fovea::ops
