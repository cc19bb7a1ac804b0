#pragma once
#include <fovea/op/convolution.hpp>

namespace fovea {
namespace ops {

// Convolution as networks use the word (cross-correlation), in 1, 2 or 3 spatial dimensions:
//   Z(b,i,j) = sum(l,m) X(b, l, j*stride + m*dilation - pad) * K(i,l,m) + B(i)
// with zeros outside X; in `groups` groups, each over its share of the channels.
// Shapes: X [batch, channels, space...], K [filters, channels/groups, kernel...], B [filters],
// Z [batch, filters, space...].
struct Conv : ConvolutionOp<Conv> {
  static constexpr const char* name = "conv";

  constexpr Shape weight_shape(int64_t channels, const Shape& kernel_size, const Shape&) const {
    return Shape{filters, channels} + kernel_size;
  }
  constexpr Shape bias_shape(const Shape&) const { return {filters}; }

  template <class I, class J, class L, class M>
  static auto weight(const Tensor<any_rank>& K, const I& i, const J&, const L& l, const M& m) {
    return K(i, l, m);
  }
  template <class I, class J>
  static auto bias_at(const Tensor<any_rank>& B, const I& i, const J&) {
    return B(i);
  }
};

} // namespace ops

// A convolution layer: conv(64, 3), conv(64, {3, 5}, same, stride(2), groups(4), no_bias).
// The kernel is one number for all spatial dimensions or one per dimension.
template <class... Options>
constexpr Layer<ops::Conv> conv(Located<int64_t> filters, const Extents& kernel,
                                const Options&... options) {
  return detail::convolution<ops::Conv>(filters, kernel, options...);
}

} // namespace fovea
