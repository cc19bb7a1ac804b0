#pragma once
#include <fovea/op/convolution.hpp>

namespace fovea {
namespace ops {

// Unshared convolution, the locally connected layer (Goodfellow, Bengio, Courville, Deep learning,
// 2016, section 9.5): each place of the result has a kernel and a bias of its own.
//   Z(b,i,j) = sum(l,m) X(b, l, j*stride + m*dilation - pad) * W(i,j,l,m) + B(i,j)
// with zeros outside X; in `groups` groups, each over its share of the channels.
// Shapes: X [batch, channels, space...], W [filters, outputs..., channels/groups, kernel...],
// B [filters, outputs...], Z [batch, filters, outputs...].
struct UnsharedConv : ConvolutionOp<UnsharedConv> {
  static constexpr const char* name = "unshared_conv";

  constexpr Shape weight_shape(int64_t channels, const Shape& kernel_size,
                               const Shape& places) const {
    return Shape{filters} + places + Shape{channels} + kernel_size;
  }
  constexpr Shape bias_shape(const Shape& places) const { return Shape{filters} + places; }

  template <class I, class J, class L, class M>
  static auto weight(const Tensor<any_rank>& W, const I& i, const J& j, const L& l, const M& m) {
    return W(i, j, l, m);
  }
  template <class I, class J>
  static auto bias_at(const Tensor<any_rank>& B, const I& i, const J& j) {
    return B(i, j);
  }
};

} // namespace ops

// A locally connected layer: unshared_conv(64, 3), with the options of conv.
template <class... Options>
constexpr Layer<ops::UnsharedConv> unshared_conv(Located<int64_t> filters, const Extents& kernel,
                                                 const Options&... options) {
  return detail::convolution<ops::UnsharedConv>(filters, kernel, options...);
}

} // namespace fovea
