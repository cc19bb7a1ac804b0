#pragma once
#include <fovea/blocks/block.hpp>
#include <fovea/op/options.hpp>

namespace fovea {
namespace ops {

// Involution (Li et al., arXiv 2103.06255): a kernel for each place of the result and each group of
// channels, shared by the channels of the group. The kernels are an operand, computed elsewhere.
//   Z(b,c,j) = sum(m) X(b, c, j*stride + m*dilation - pad) * K(b, (c / (channels/groups), m), j)
// with zeros outside X; the kernel's elements (m) are counted row by row.
// Shapes: X [batch, channels, space...], K [batch, groups * kernel elements, outputs...],
// Z [batch, channels, outputs...].
struct Involution : OpBase<Involution>, Window {
  static constexpr const char* name = "involution";
  static constexpr int inputs = 2;

  int64_t groups = 1;

  template <class Self, class V>
  static constexpr void fields(Self& self, V&& visit) {
    Window::window_fields(self, visit);
    visit("groups", self.groups);
  }
  constexpr Involution expanded(const Types& operands) const {
    Involution copy = *this;
    copy.expand_window(operands[0].shape.rank() - 2);
    return copy;
  }

  // The kernels, for an X that the windows fit.
  constexpr Types further_inputs(const TensorType& x) const {
    const Shape space = x.shape.slice(2, x.shape.rank());
    const int64_t rows = (Shape{groups} + spread(kernel, space.rank(), 1)).elements();
    return {{x.dtype, Shape{x.shape[0], rows} + outputs(space)}};
  }

  constexpr Inferred infer(const Types& operands) const {
    if (operands.size() != 2)
      return ShapeError{"it has the wrong number of operands", "data and kernels", "", "", {}};
    const TensorType& x = operands[0];
    if (const ShapeError error = check_operand(x, 3, 5); error.what)
      return error;
    if (groups < 1 || x.shape[1] % groups != 0)
      return ShapeError{"{0} groups do not divide its {1} channels",
                        "groups that divide them",
                        "{0}",
                        "",
                        {Shape{groups}, Shape{x.shape[1]}}};
    const Shape space = x.shape.slice(2, x.shape.rank());
    if (const ShapeError error = check_window(space); error.what)
      return error;
    const TensorType kernels = further_inputs(x)[0];
    if (!(operands[1] == kernels))
      return ShapeError{"the kernels have the wrong shape or element type",
                        "{0}",
                        "{1}",
                        "a kernel's elements for each group, at each place of the result",
                        {kernels.shape, operands[1].shape}};
    if (const ShapeError error = check_operand(kernels, 3, 5); error.what)
      return error;
    const TensorType result{x.dtype, x.shape.slice(0, 2) + outputs(space)};
    if (const ShapeError error = check_result(result); error.what)
      return error;
    return result;
  }

  Definition definition(const Types& operands) const;
};

} // namespace ops

namespace detail {
constexpr void apply_option(ops::Involution& op, const Groups& groups) {
  op.groups = groups.value;
}
} // namespace detail

// Involution of `x` by `kernels`: involution(x, kernels, 7, same, groups(4)).
template <class... Options>
Tensor<> involution(const Tensor<>& x, const Tensor<>& kernels, Located<Extents> kernel,
                    const Options&... options) {
  ops::Involution op;
  op.kernel = kernel.value.shape;
  (detail::apply_option(op, options), ...);
  return apply(op, {x, kernels}, kernel.location);
}

} // namespace fovea
