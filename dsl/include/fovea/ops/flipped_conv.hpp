#pragma once
#include <fovea/op/convolution.hpp>

namespace fovea {
namespace ops {

// Convolution as mathematics uses the word: the kernel is flipped in every spatial dimension.
//   Z(b,i,j) = sum(l,m) X(b, l, j*stride + m*dilation - pad) * K(i, l, size - 1 - m) + B(i)
// with zeros outside X; in `groups` groups, each over its share of the channels. With a padding of
// size - 1 all round it is the full convolution, Z(j) = sum(m) X(j - m) K(m), which commutes.
// Shapes: X [batch, channels, space...], K [filters, channels/groups, size...], B [filters],
// Z [batch, filters, space...].
struct FlippedConv : ConvolutionOp<FlippedConv> {
  static constexpr const char* name = "flipped_conv";

  constexpr Shape weight_shape(int64_t channels, const Shape& kernel_size, const Shape&) const {
    return Shape{filters, channels} + kernel_size;
  }
  constexpr Shape bias_shape(const Shape&) const { return {filters}; }

  template <class I, class J, class L, class M>
  auto weight(const Tensor<any_rank>& K, const I& i, const J&, const L& l, const M& m) const {
    Shape last;
    for (int64_t size : spread(kernel, m.rank(), 1))
      last.push_back(size - 1);
    return K(i, l, last - m);
  }
  template <class I, class J>
  static auto bias_at(const Tensor<any_rank>& B, const I& i, const J&) {
    return B(i);
  }
};

} // namespace ops

// A true convolution: flipped_conv(64, 3), with the options of conv.
template <class... Options>
constexpr Layer<ops::FlippedConv> flipped_conv(Located<int64_t> filters, const Extents& kernel,
                                               const Options&... options) {
  return detail::convolution<ops::FlippedConv>(filters, kernel, options...);
}

} // namespace fovea
