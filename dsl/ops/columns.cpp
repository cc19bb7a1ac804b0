#include <fovea/equation/statement.hpp>
#include <fovea/op/row_major.hpp>
#include <fovea/ops/col2im.hpp>
#include <fovea/ops/im2col.hpp>

#include <optional>

namespace fovea::ops {

Definition Im2col::definition(const Types& operands) const {
  const Shape &x = operands[0].shape, z = infer(operands).results[0].shape;
  const Shape image = x.slice(2, x.rank());
  const int spatial = image.rank();
  const Shape size = spread(kernel, spatial, 1);
  const Tensor<any_rank> X(0, "X", operands[0]);
  const Index<'b'> b{z[0]};
  const Index<'r'> r{z[1]};
  const Index<'p'> p{z[2]};
  const auto place = unravelled(p, outputs(image)) * spread(stride, spatial, 1) +
                     unravelled(r, size) * spread(dilation, spatial, 1) - fronts(image);
  return bind(name, {{"X", operands[0]}}, {Z(b, r, p) = X(b, r / size.elements(), zero(place))});
}

// Of the kernel's elements an element y of the result meets those m alone whose distance from the
// window's begin, m*dilation, is (y + pad) mod stride + stride*t for a t >= 0, in the window
// j = floor((y + pad) / stride) - t. A reads the columns as what they are:
//   A(b,c,m,j) = X(b, (c,m), (j)); Z(b,c,y) = sum(t) A(b, c, m, j)
Definition Col2im::definition(const Types& operands) const {
  const Shape z = infer(operands).results[0].shape;
  const int spatial = space.rank();
  const Shape size = spread(kernel, spatial, 1), windows = outputs(space), pads = fronts(space);
  const Tensor<any_rank> X(0, "X", operands[0]);
  const Index<'b'> b{z[0]};
  const Index<'c'> c{z[1]};
  const IndexPack<'m'> m(size);
  const IndexPack<'j'> j(windows);
  const auto A = let(Result("A")(b, c, m, j) =
                         X(b, c * size.elements() + row_major(m, size), row_major(j, windows)));
  Shape steps;
  for (int d = 0; d < spatial; ++d) {
    const int64_t step = entry(stride, d, 1);
    steps.push_back(step == 1 ? size[d] : (reach(d) + step - 1) / step);
  }
  const IndexPack<'y'> y(space);
  const IndexPack<'t'> t(steps);
  PackValue<Letters<'y', 't'>> tap, window;
  IndexExpr apart; // above 0 where no element of a dilated kernel stands
  for (int d = 0; d < spatial; ++d) {
    const int64_t step = entry(stride, d, 1), gap = entry(dilation, d, 1);
    const IndexExpr from = y[d].expr + IndexExpr{pads[d], {}};
    const IndexExpr at = mod(from, step) + t[d].expr * step; // m * gap
    if (step > 1)
      apart = apart + mod(at, gap);
    tap.exprs.push_back(step == 1 ? t[d].expr : floor_div(at, gap));
    window.exprs.push_back(step == 1 ? from - t[d].expr * gap : floor_div(from, step) - t[d].expr);
  }
  const auto term = A(b, c, zero(tap), zero(window));
  if (apart.is_constant())
    return bind(name, {{"X", operands[0]}}, {Z(b, c, y) = sum(t)(term)});
  const Scalar<Letters<'y', 't'>> meets{
      make_operation(ScalarOp::equal, {make_index(apart), make_constant(0, DType::i64)})};
  const Scalar<Letters<>> nothing{make_constant(0, operands[0].dtype)};
  return bind(name, {{"X", operands[0]}}, {Z(b, c, y) = sum(t)(select(meets, term, nothing))});
}

} // namespace fovea::ops
