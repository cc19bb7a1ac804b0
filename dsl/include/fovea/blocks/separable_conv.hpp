#pragma once
#include <fovea/ops/conv.hpp>

// Convolutions in parts, each of which has few weights.
namespace fovea {

// A convolution per channel, then one of kernel 1 across them (Sifre, Rigid-motion scattering for
// image classification, 2014; MobileNet, arXiv 1704.04861).
struct DepthwiseSeparableConv : BlockBase {
  ops::Conv op; // of the whole: its kernel, its filters
  SourceLocation location;

  constexpr DepthwiseSeparableConv(const ops::Conv& op, SourceLocation location)
      : op(op), location(location) {}
  constexpr Inferred infer(const Types& inputs) const { return parts(inputs[0]).infer(inputs); }
  Tensor<> operator()(const Tensor<>& input) const { return parts(input.type())(input); }

 private:
  constexpr Sequence<Layer<ops::Conv>, Layer<ops::Conv>> parts(const TensorType& x) const {
    ops::Conv depthwise = op, pointwise;
    depthwise.filters = depthwise.groups = x.shape.rank() > 1 ? x.shape[1] : 1;
    pointwise.filters = op.filters;
    pointwise.bias = op.bias;
    return {{depthwise, location}, {pointwise, location}};
  }
};

// depthwise_separable_conv(64, 3, same, stride(2)), with the options of conv; they are those of the
// depthwise part, no_bias that of both.
template <class... Options>
constexpr DepthwiseSeparableConv depthwise_separable_conv(Located<int64_t> filters,
                                                          const Extents& kernel,
                                                          const Options&... options) {
  static_assert(!(std::is_same_v<Options, Groups> || ...),
                "fovea: WHAT: a depthwise separable convolution has no groups; WHY: each channel "
                "is one; WHERE: depthwise_separable_conv(..., here)");
  return {detail::convolution<ops::Conv>(filters, kernel, options...).op, filters.location};
}

// A convolution along each spatial dimension, one after the other (Jaderberg, Vedaldi, Zisserman,
// Speeding up convolutional neural networks with low rank expansions, arXiv 1405.3866, scheme 2):
// where the kernel of a convolution is an outer product, the same with fewer multiplications. All
// parts have `filters` filters, the last one has the bias.
struct SpatiallySeparableConv : BlockBase {
  ops::Conv op; // of the whole
  SourceLocation location;

  constexpr SpatiallySeparableConv(const ops::Conv& op, SourceLocation location)
      : op(op), location(location) {}
  constexpr Inferred infer(const Types& inputs) const {
    Inferred inferred = inputs[0];
    for (int d = 0; inferred.ok() && d < spatial(inputs[0]); ++d)
      inferred = part(d, spatial(inputs[0])).infer(Types{inferred.results[0]});
    return inferred;
  }
  Tensor<> operator()(const Tensor<>& input) const {
    Tensor<> result = input;
    for (int d = 0; d < spatial(input.type()); ++d)
      result = part(d, spatial(input.type()))(result);
    return result;
  }

 private:
  // At least one part, which refuses what is no image.
  static constexpr int spatial(const TensorType& x) {
    return x.shape.rank() > 2 ? x.shape.rank() - 2 : 1;
  }
  constexpr Layer<ops::Conv> part(int dimension, int dimensions) const {
    ops::Conv along = op;
    along.kernel = alone(op.kernel, dimension, dimensions, 1);
    along.stride = alone(op.stride, dimension, dimensions, 1);
    along.dilation = alone(op.dilation, dimension, dimensions, 1);
    along.pad_begin = alone(op.pad_begin, dimension, dimensions, 0);
    along.pad_end = alone(op.pad_end, dimension, dimensions, 0);
    along.bias = op.bias && dimension == dimensions - 1;
    return {along, location};
  }
  // The list with its entry for one dimension alone; one that does not fit stays, to be refused.
  static constexpr Shape alone(const Shape& list, int dimension, int dimensions,
                               int64_t otherwise) {
    if (list.rank() > 1 && list.rank() != dimensions)
      return list;
    Shape only = Shape::filled(dimensions, otherwise);
    only[dimension] = entry(list, dimension, otherwise);
    return only;
  }
};

// spatially_separable_conv(64, {3, 5}, same), with the options of conv.
template <class... Options>
constexpr SpatiallySeparableConv spatially_separable_conv(Located<int64_t> filters,
                                                          const Extents& kernel,
                                                          const Options&... options) {
  return {detail::convolution<ops::Conv>(filters, kernel, options...).op, filters.location};
}

} // namespace fovea
