#include <fovea/equation/statement.hpp>
#include <fovea/op/row_major.hpp>
#include <fovea/ops/involution.hpp>

namespace fovea::ops {

Definition Involution::definition(const Types& operands) const {
  const Shape x = operands[0].shape, z = infer(operands).results[0].shape;
  const Shape space = x.slice(2, x.rank());
  const int spatial = space.rank();
  const Shape size = spread(kernel, spatial, 1);
  const Tensor<any_rank> X(0, "X", operands[0]), K(1, "K", operands[1]);
  const Index<'b'> b;
  const Index<'c'> c;
  const IndexPack<'j'> j(z.slice(2, z.rank()));
  const IndexPack<'m'> m(size);
  const auto place =
      j * spread(stride, spatial, 1) + m * spread(dilation, spatial, 1) - fronts(space);
  const auto row = c / (x[1] / groups) * size.elements() + row_major(m, size);
  return bind(name, {{"X", operands[0]}, {"K", operands[1]}},
              {Z(b, c, j) = sum(m)(X(b, c, zero(place)) * K(b, row, j))});
}

} // namespace fovea::ops
