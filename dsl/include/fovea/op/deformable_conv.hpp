#pragma once
#include <fovea/op/convolution.hpp>

namespace fovea {

struct OffsetGroups {
  int64_t value;
};
// Deformable convolution: into how many groups the channels fall that are read at places of their
// own.
constexpr OffsetGroups offset_groups(int64_t value) {
  return {value};
}

namespace ops {

// Whether each element that is read has a factor of its own, beside its offset.
enum class Modulation : uint8_t { none, mask };

Definition deformable_convolution(const char* name, const Types& operands, const Window& window,
                                  int64_t filters, int64_t groups, int64_t offset_groups,
                                  Modulation modulation, bool bias);

// What the deformable convolutions share: X is read beside the places of the kernel's elements, at
// offsets that an operand gives, and between elements by linear interpolation:
//   S(b,c,m,j) = X(b, c, j*stride + m*dilation - pad + O(b, (g,m), j)) * M(b, (g,m), j)
//   Z(b,i,j) = sum(l,m) S(b, l, m, j) * K(i,l,m) + B(i)
// with zeros outside X, g = c / (channels/offset_groups) and, without modulation, no M. An offset
// has a component per spatial dimension, in their order, so O has (g,m,d) in its second dimension,
// counted row by row: what torchvision.ops.deform_conv2d takes.
// Shapes: X [batch, channels, space...], O [batch, offset_groups * kernel elements * dimensions,
// outputs...], M [batch, offset_groups * kernel elements, outputs...], K [filters, channels/groups,
// kernel...], B [filters], Z [batch, filters, outputs...].
template <class Op>
struct DeformableConvOp : ConvolutionOp<Op> {
  using Base = ConvolutionOp<Op>;
  int64_t offset_groups = 1;

  template <class Self, class V>
  static constexpr void fields(Self& self, V&& visit) {
    Base::fields(self, visit);
    visit("offset_groups", self.offset_groups);
  }

  constexpr Shape weight_shape(int64_t channels, const Shape& kernel_size, const Shape&) const {
    return Shape{this->filters, channels} + kernel_size;
  }
  constexpr Shape bias_shape(const Shape&) const { return {this->filters}; }

  // What is read beside X, for an X that the windows fit: offsets, and perhaps the mask.
  constexpr Types further_inputs(const TensorType& x) const {
    const Shape space = x.shape.slice(2, x.shape.rank());
    const Shape taps = Shape{offset_groups} + spread(this->kernel, space.rank(), 1);
    const Shape places = this->outputs(space);
    Types types{{x.dtype, Shape{x.shape[0], (taps + Shape{space.rank()}).elements()} + places}};
    if (Op::modulation == Modulation::mask)
      types.push_back({x.dtype, Shape{x.shape[0], taps.elements()} + places});
    return types;
  }

  constexpr Inferred infer(const Types& operands) const {
    const TensorType& x = operands[0];
    if (operands.size() < static_cast<size_t>(Op::inputs))
      return ShapeError{"it has the wrong number of operands",
                        Op::modulation == Modulation::mask ? "data, offsets and mask, then weights"
                                                           : "data and offsets, then weights",
                        "",
                        "",
                        {}};
    const Inferred inferred = Base::infer(operands);
    if (!inferred.ok())
      return inferred;
    if (const ShapeError error = check_float(x); error.what)
      return error;
    if (offset_groups < 1 || x.shape[1] % offset_groups != 0)
      return ShapeError{"{0} groups of offsets do not divide its {1} channels",
                        "groups that divide them",
                        "{0}",
                        "",
                        {Shape{offset_groups}, Shape{x.shape[1]}}};
    for (int64_t extent : x.shape)
      if (extent > 2147483647)
        return ShapeError{"the input {in} is too large", "extents below 2^31", "{in}", "", {}};
    const Types wanted = further_inputs(x);
    for (size_t k = 0; k < wanted.size(); ++k) {
      if (!(operands[1 + k] == wanted[k]))
        return ShapeError{k == 0 ? "the offsets have the wrong shape or element type"
                                 : "the mask has the wrong shape or element type",
                          "{0}",
                          "{1}",
                          "",
                          {wanted[k].shape, operands[1 + k].shape}};
      if (const ShapeError error = check_operand(wanted[k], 3, 5); error.what)
        return error;
    }
    return inferred;
  }

  Definition definition(const Types& operands) const {
    return deformable_convolution(Op::name, operands, *this, this->filters, this->groups,
                                  offset_groups, Op::modulation, this->bias);
  }
};

// In the ops' own namespace, where detail::convolution finds it by argument.
template <class Op>
constexpr void apply_option(DeformableConvOp<Op>& op, const OffsetGroups& groups) {
  op.offset_groups = groups.value;
}

} // namespace ops
} // namespace fovea
