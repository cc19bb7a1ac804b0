#pragma once
#include <fovea/ops/conv.hpp>
#include <fovea/ops/deform_conv.hpp>
#include <fovea/ops/modulated_deform_conv.hpp>
#include <fovea/ops/sigmoid.hpp>
#include <fovea/ops/slice.hpp>

namespace fovea {

// Deformable convolution that makes its own offsets (Dai et al., arXiv 1703.06211, section 2.1): a
// convolution with the same windows gives them. The modulated one (Zhu et al., arXiv 1811.11168,
// section 3.2) makes its mask, too: the last third of what that convolution gives, through a
// sigmoid.
template <class Op>
struct DeformableConv : BlockBase {
  Op op;
  SourceLocation location;

  constexpr DeformableConv(const Layer<Op>& layer) // NOLINT(*-explicit-*)
      : op(layer.op), location(layer.location) {}

  constexpr Inferred infer(const Types& inputs) const {
    const TensorType& x = inputs[0];
    if (const Inferred plain = convolution(op.filters, op.groups).infer(inputs); !plain.ok())
      return plain;
    if (const Inferred guide = offsets(x).infer(inputs); !guide.ok())
      return guide;
    Types all{x};
    for (const TensorType& type : op.further_inputs(x))
      all.push_back(type);
    return op.infer(operands_of(op, all));
  }
  Tensor<> operator()(const Tensor<>& x) const {
    const Tensor<> guide = x | offsets(x.type());
    if constexpr (Op::inputs == 2) {
      return apply(op, {x, guide}, location);
    } else {
      const int64_t count = op.further_inputs(x.type())[0].shape[1];
      const Tensor<> mask = guide | slice(1, count, to_last) | sigmoid;
      return apply(op, {x, guide | slice(1, 0, count), mask}, location);
    }
  }

 private:
  constexpr Layer<ops::Conv> convolution(int64_t filters, int64_t groups) const {
    ops::Conv conv;
    static_cast<Window&>(conv) = op;
    conv.filters = filters;
    conv.groups = groups;
    return {conv, location};
  }
  constexpr Layer<ops::Conv> offsets(const TensorType& x) const {
    int64_t filters = 0;
    for (const TensorType& type : op.further_inputs(x))
      filters += type.shape[1];
    return convolution(filters, 1);
  }
};

// deform_conv(64, 3, same, offset_groups(2)), with the options of conv; the offsets' convolution
// has the same windows.
template <class... Options>
constexpr DeformableConv<ops::DeformConv>
deform_conv(Located<int64_t> filters, const Extents& kernel, const Options&... options) {
  return detail::convolution<ops::DeformConv>(filters, kernel, options...);
}
template <class... Options>
constexpr DeformableConv<ops::ModulatedDeformConv>
modulated_deform_conv(Located<int64_t> filters, const Extents& kernel, const Options&... options) {
  return detail::convolution<ops::ModulatedDeformConv>(filters, kernel, options...);
}

} // namespace fovea
