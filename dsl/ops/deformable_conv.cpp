#include "dsl/ops/sampling.hpp"

#include <fovea/op/deformable_conv.hpp>
#include <fovea/op/row_major.hpp>

namespace fovea::ops {

// What is read is computed once for all filters. Coordinates and interpolation are in the
// accumulator's type: a short float does not hold the places of a large image.
Definition deformable_convolution(const char* name, const Types& operands, const Window& window,
                                  int64_t filters, int64_t groups, int64_t offset_groups,
                                  Modulation modulation, bool bias) {
  using Set = Letters<'b', 'c', 'j', 'm'>;
  const Shape &x = operands[0].shape, space = x.slice(2, x.rank());
  const int spatial = space.rank();
  const Shape size = spread(window.kernel, spatial, 1);
  const DType type = operands[0].dtype, wide = accumulator_of(type);
  const bool masked = modulation == Modulation::mask;
  const int first = masked ? 3 : 2; // of the weights
  const Tensor<any_rank> X(0, "X", operands[0]), O(1, "O", operands[1]),
      M(2, "M", operands[masked ? 2 : 1]), K(first, "K", operands[static_cast<size_t>(first)]);
  const Index<'b'> b{x[0]};
  const Index<'c'> c{x[1]};
  const IndexPack<'j'> j(window.outputs(space));
  const IndexPack<'m'> m(size);

  const auto row = c / (x[1] / offset_groups) * size.elements() + row_major(m, size);
  std::vector<Scalar<Set>> place;
  for (int d = 0; d < spatial; ++d) {
    const auto regular = j[d] * entry(window.stride, d, 1) + m[d] * entry(window.dilation, d, 1) -
                         window.front(d, space[d]);
    const auto moved = cast(value(regular), wide) + cast(O(b, row * spatial + d, j), wide);
    place.push_back({near(moved, space[d]).expr});
  }
  Scalar<Set> element = {
      interpolated(place, wide, [&](const ScalarPack<Set>& at) { return X(b, c, zero(at)); }).expr};
  if (masked)
    element = {(element * cast(M(b, row, j), wide)).expr};
  const auto S = let(S_(b, c, m, j) = cast(element, type));

  const Index<'i'> i{filters};
  const Index<'l'> l{x[1] / groups};
  const auto group = i / (filters / groups) * (groups == 1 ? 0 : x[1] / groups);
  const auto products = sum(l, m)(S(b, group + l, m, j) * K(i, l, m));
  std::vector<Operand> names{{"X", operands[0]}, {"O", operands[1]}};
  if (masked)
    names.push_back({"M", operands[2]});
  names.push_back({"K", K.type()});
  if (!bias)
    return bind(name, names, {Z(b, i, j) = products});
  const Tensor<1> B(first + 1, "B", operands[static_cast<size_t>(first) + 1]);
  names.push_back({"B", B.type()});
  return bind(name, names, {Z(b, i, j) = products + B(i)});
}

} // namespace fovea::ops
