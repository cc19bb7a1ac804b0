#pragma once
#include <fovea/op/deformable_conv.hpp>

namespace fovea {
namespace ops {

// Deformable convolution (Dai et al., arXiv 1703.06211): what the kernel multiplies is read at
// offsets from its places.
struct DeformConv : DeformableConvOp<DeformConv> {
  static constexpr const char* name = "deform_conv";
  static constexpr int inputs = 2;
  static constexpr Modulation modulation = Modulation::none;
};

} // namespace ops

// Deformable convolution of `x` at `offsets`: deform_conv(x, offsets, 64, 3, pad(1)), with the
// options of conv, and offset_groups(2).
template <class... Options>
Tensor<> deform_conv(const Tensor<>& x, const Tensor<>& offsets, Located<int64_t> filters,
                     const Extents& kernel, const Options&... options) {
  const auto layer = detail::convolution<ops::DeformConv>(filters, kernel, options...);
  return apply(layer.op, {x, offsets}, layer.location);
}

} // namespace fovea
