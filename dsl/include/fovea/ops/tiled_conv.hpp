#pragma once
#include <fovea/op/convolution.hpp>

namespace fovea {

struct Period {
  Shape value;
};
// Tiled convolution: how many kernels take turns, in all spatial dimensions or in each.
constexpr Period period(const Extents& value) {
  return {value.shape};
}

namespace ops {

// Tiled convolution (Goodfellow, Bengio, Courville, Deep learning, 2016, section 9.5): places that
// lie t = `period` apart share a kernel and a bias, neighbours have others.
//   Z(b,i,j) = sum(l,m) X(b, l, j*stride + m*dilation - pad) * K(i, l, m, j mod t) + B(i, j mod t)
// with zeros outside X; in `groups` groups, each over its share of the channels. A period of 1 is
// convolution, one of the result's extent unshared convolution.
// Shapes: X [batch, channels, space...], K [filters, channels/groups, kernel..., period...],
// B [filters, period...], Z [batch, filters, space...].
struct TiledConv : ConvolutionOp<TiledConv> {
  static constexpr const char* name = "tiled_conv";

  Shape period{1};

  template <class Self, class V>
  static constexpr void fields(Self& self, V&& visit) {
    ConvolutionOp::fields(self, visit);
    visit("period", self.period);
  }
  constexpr TiledConv expanded(const Types& inputs) const {
    TiledConv copy = ConvolutionOp::expanded(inputs);
    copy.period = spread(period, inputs[0].shape.rank() - 2, 1);
    return copy;
  }
  constexpr Inferred infer(const Types& operands) const {
    if (const ShapeError error = check_operand(operands[0], 3, 5); error.what)
      return error;
    if (const ShapeError error = check_list(period, operands[0].shape.rank() - 2, 1,
                                            "the period does not fit the input {in}");
        error.what)
      return error;
    return ConvolutionOp::infer(operands);
  }

  constexpr Shape weight_shape(int64_t channels, const Shape& kernel_size, const Shape&) const {
    return Shape{filters, channels} + kernel_size + spread(period, kernel_size.rank(), 1);
  }
  constexpr Shape bias_shape(const Shape& places) const {
    return Shape{filters} + spread(period, places.rank(), 1);
  }

  template <class I, class J, class L, class M>
  auto weight(const Tensor<any_rank>& K, const I& i, const J& j, const L& l, const M& m) const {
    return K(i, l, m, j % spread(period, j.rank(), 1));
  }
  template <class I, class J>
  auto bias_at(const Tensor<any_rank>& B, const I& i, const J& j) const {
    return B(i, j % spread(period, j.rank(), 1));
  }
};

// In Period's own namespace, where detail::convolution finds it by argument.
constexpr void apply_option(TiledConv& op, const Period& period) {
  op.period = period.value;
}

} // namespace ops

// A tiled convolution: tiled_conv(64, 3, period(2)), and the options of conv.
template <class... Options>
constexpr Layer<ops::TiledConv> tiled_conv(Located<int64_t> filters, const Extents& kernel,
                                           const Options&... options) {
  return detail::convolution<ops::TiledConv>(filters, kernel, options...);
}

} // namespace fovea
