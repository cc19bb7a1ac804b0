#pragma once
#include <fovea/op/deformable_conv.hpp>

namespace fovea {
namespace ops {

// Modulated deformable convolution (Zhu et al., Deformable ConvNets v2, arXiv 1811.11168): what is
// read at an offset is also multiplied by an element of the mask.
struct ModulatedDeformConv : DeformableConvOp<ModulatedDeformConv> {
  static constexpr const char* name = "modulated_deform_conv";
  static constexpr int inputs = 3;
  static constexpr Modulation modulation = Modulation::mask;
};

} // namespace ops

// Deformable convolution of `x` at `offsets`, modulated by `mask`:
// modulated_deform_conv(x, offsets, mask, 64, 3, pad(1)), with the options of deform_conv.
template <class... Options>
Tensor<> modulated_deform_conv(const Tensor<>& x, const Tensor<>& offsets, const Tensor<>& mask,
                               Located<int64_t> filters, const Extents& kernel,
                               const Options&... options) {
  const auto layer = detail::convolution<ops::ModulatedDeformConv>(filters, kernel, options...);
  return apply(layer.op, {x, offsets, mask}, layer.location);
}

} // namespace fovea
