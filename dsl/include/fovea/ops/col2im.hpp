#pragma once
#include <fovea/blocks/block.hpp>
#include <fovea/op/options.hpp>

namespace fovea {
namespace ops {

// Columns of windows added up to an image (torch.nn.Fold), the adjoint of im2col:
//   Z(b,c,y) = sum(m,j) X(b, (c,m), (j)) over those m, j with j*stride + m*dilation = y + pad
// Places (m) of the kernel and (j) of the windows are counted row by row.
// Shapes: X [batch, channels * kernel elements, places], Z [batch, channels, space...].
struct Col2im : OpBase<Col2im>, Window {
  static constexpr const char* name = "col2im";
  static constexpr int inputs = 1;

  Shape space{1}; // of the result, one entry per dimension

  template <class Self, class V>
  static constexpr void fields(Self& self, V&& visit) {
    visit("space", self.space);
    Window::window_fields(self, visit);
  }
  constexpr Col2im expanded(const Types&) const {
    Col2im copy = *this;
    copy.expand_window(space.rank());
    return copy;
  }

  constexpr Inferred infer(const Types& operands) const {
    const TensorType& x = operands[0];
    if (const ShapeError error = check_operand(x, 3, 3); error.what)
      return error;
    if (space.too_long() || space.rank() < 1 || space.rank() > 3)
      return ShapeError{"the result is no image", "1 to 3 extents", "{0}", "", {space}};
    TensorType result{x.dtype, Shape{x.shape[0], 1} + space};
    if (const ShapeError error = check_operand(result, 3, 5); error.what)
      return ShapeError{"the result is no image",
                        "extents >= 1, of less than 2^63 bytes in all",
                        "{0}",
                        "",
                        {space}};
    if (const ShapeError error = check_window(space); error.what)
      return error;
    const int64_t taps = spread(kernel, space.rank(), 1).elements();
    if (taps < 1 || x.shape[1] % taps != 0)
      return ShapeError{"the rows of the input {in} are no channels of {0} elements",
                        "a multiple of the kernel's elements",
                        "{1}",
                        "",
                        {spread(kernel, space.rank(), 1), Shape{x.shape[1]}}};
    if (x.shape[2] != outputs(space).elements())
      return ShapeError{"the columns of the input {in} are not as many as windows over {0}",
                        "{1} windows",
                        "{2}",
                        "",
                        {space, outputs(space), Shape{x.shape[2]}}};
    result.shape[1] = x.shape[1] / taps;
    if (const ShapeError error = check_result(result); error.what)
      return error;
    return result;
  }

  Definition definition(const Types& operands) const;
};

} // namespace ops

// Columns added up to an image of the spatial extents `space`: col2im({28, 28}, 3, same,
// stride(2)).
template <class... Options>
constexpr Layer<ops::Col2im> col2im(Located<Extents> space, const Extents& kernel,
                                    const Options&... options) {
  ops::Col2im op;
  op.space = space.value.shape;
  op.kernel = kernel.shape;
  (detail::apply_option(op, options), ...);
  return {op, space.location};
}

} // namespace fovea
