#pragma once
#include <fovea/blocks/block.hpp>
#include <fovea/op/options.hpp>

namespace fovea {
namespace ops {

// The windows of a convolution as the columns of a matrix (torch.nn.Unfold), so that the
// convolution is a matrix product:
//   Z(b, (c,m), (j)) = X(b, c, j*stride + m*dilation - pad)
// with zeros outside X. Places (m) of the kernel and (j) of the result are counted row by row.
// Shapes: X [batch, channels, space...], Z [batch, channels * kernel elements, places].
struct Im2col : OpBase<Im2col>, Window {
  static constexpr const char* name = "im2col";
  static constexpr int inputs = 1;

  template <class Self, class V>
  static constexpr void fields(Self& self, V&& visit) {
    Window::window_fields(self, visit);
  }
  constexpr Im2col expanded(const Types& operands) const {
    Im2col copy = *this;
    copy.expand_window(operands[0].shape.rank() - 2);
    return copy;
  }

  constexpr Inferred infer(const Types& operands) const {
    const TensorType& x = operands[0];
    if (const ShapeError error = check_operand(x, 3, 5); error.what)
      return error;
    const Shape space = x.shape.slice(2, x.shape.rank());
    if (const ShapeError error = check_window(space); error.what)
      return error;
    TensorType result{x.dtype, x.shape.slice(0, 2) + spread(kernel, space.rank(), 1)};
    if (result.bytes() >= 0)
      result.shape = {x.shape[0], result.shape.elements() / x.shape[0], outputs(space).elements()};
    if (const ShapeError error = check_result(result); error.what)
      return error;
    return result;
  }

  Definition definition(const Types& operands) const;
};

} // namespace ops

// Windows as columns: im2col(3), im2col({3, 5}, same, stride(2), dilation(2)).
template <class... Options>
constexpr Layer<ops::Im2col> im2col(Located<Extents> kernel, const Options&... options) {
  ops::Im2col op;
  op.kernel = kernel.value.shape;
  (detail::apply_option(op, options), ...);
  return {op, kernel.location};
}

} // namespace fovea
