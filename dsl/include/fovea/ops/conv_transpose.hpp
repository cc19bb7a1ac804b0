#pragma once
#include <fovea/blocks/block.hpp>
#include <fovea/op/options.hpp>

namespace fovea {

struct OutputPadding {
  Shape value;
};
// Transposed convolution: places behind the result that no whole step reaches.
constexpr OutputPadding output_padding(const Extents& value) {
  return {value.shape};
}

namespace ops {

// Transposed convolution (the adjoint of a convolution), in 1, 2 or 3 spatial dimensions: each
// element of X adds the kernel, scaled, to the place of the result that is `stride` times its own:
//   Z(b,i,y) = B(i) + sum(l,m) X(b, l, x) * K(l,i,m) over those x with x*stride + m*dilation = y +
//   pad
// in `groups` groups, each over its share of the channels. `same`: the result is `stride` times X.
// Shapes: X [batch, channels, space...], K [channels, filters/groups, kernel...], B [filters],
// Z [batch, filters, space...] with stride*(x-1) + dilation*(kernel-1) + 1 + output_padding - pads.
struct ConvTranspose : OpBase<ConvTranspose>, Window {
  static constexpr const char* name = "conv_transpose";
  static constexpr int inputs = 1;

  int64_t filters = 1;
  Shape output_padding{0};
  int64_t groups = 1;
  bool bias = true;

  template <class Self, class V>
  static constexpr void fields(Self& self, V&& visit) {
    visit("filters", self.filters);
    window_fields(self, visit);
    visit("output_padding", self.output_padding);
    visit("groups", self.groups);
    visit("bias", self.bias);
  }
  constexpr ConvTranspose expanded(const Types& operands) const {
    ConvTranspose copy = *this;
    copy.expand_window(operands[0].shape.rank() - 2);
    copy.output_padding = spread(output_padding, operands[0].shape.rank() - 2, 0);
    return copy;
  }

  constexpr Parameters parameters(const Types& operands) const {
    const Shape& x = operands[0].shape;
    const int spatial = x.rank() > 2 ? x.rank() - 2 : 0;
    const int64_t own = groups > 0 ? filters / groups : 1;
    Parameters list;
    list.push_back(
        {"weight",
         {operands[0].dtype, Shape{x.rank() > 1 ? x[1] : 1, own} + spread(kernel, spatial, 1)}});
    if (bias)
      list.push_back({"bias", {operands[0].dtype, Shape{filters}}});
    return list;
  }

  constexpr Inferred infer(const Types& operands) const {
    const TensorType& x = operands[0];
    if (const ShapeError error = check_operand(x, 3, 5); error.what)
      return error;
    if (filters < 1)
      return ShapeError{
          "the number of filters is below 1", "filters >= 1", "{0}", "", {Shape{filters}}};
    if (groups < 1 || x.shape[1] % groups != 0 || filters % groups != 0)
      return ShapeError{"{0} groups do not divide its {1} channels and {2} filters",
                        "groups that divide both",
                        "{0}",
                        "",
                        {Shape{groups}, Shape{x.shape[1]}, Shape{filters}}};
    const Shape space = x.shape.slice(2, x.shape.rank());
    if (const ShapeError error = check_lists(space.rank()); error.what)
      return error;
    if (const ShapeError error = check_list(output_padding, space.rank(), 0,
                                            "the output padding does not fit the input {in}");
        error.what)
      return error;
    if (const ShapeError error = check_parameters(*this, operands); error.what)
      return error;
    TensorType result{x.dtype, Shape{x.shape[0], filters}};
    for (int d = 0; d < space.rank(); ++d) {
      if (space[d] > 2147483647)
        return ShapeError{"the input {in} is too large", "extents below 2^31", "", "", {}};
      result.shape.push_back(extent(d, space[d]));
      if (result.shape[2 + d] < 1)
        return ShapeError{
            "padding takes the whole result away",
            "padding below {0}",
            "{1} and {2}",
            "",
            {Shape{result.shape[2 + d] + entry(pad_begin, d, 0) + entry(pad_end, d, 0)},
             Shape{entry(pad_begin, d, 0)}, Shape{entry(pad_end, d, 0)}}};
    }
    if (const ShapeError error = check_result(result); error.what)
      return error;
    return result;
  }

  Definition definition(const Types& operands) const;

  // Extent of the result.
  constexpr int64_t extent(int d, int64_t input) const {
    const int64_t step = entry(stride, d, 1);
    if (padding == PaddingMode::same)
      return input * step;
    return (input - 1) * step + reach(d) + entry(output_padding, d, 0) - cut(d) -
           (padding == PaddingMode::explicitly ? entry(pad_end, d, 0) : 0);
  }
  // What is cut off in front.
  constexpr int64_t cut(int d) const {
    const int64_t surplus = reach(d) + entry(output_padding, d, 0) - entry(stride, d, 1);
    return padding == PaddingMode::explicitly            ? entry(pad_begin, d, 0)
           : padding == PaddingMode::same && surplus > 0 ? surplus / 2
                                                         : 0;
  }
};

} // namespace ops

namespace detail {
constexpr void apply_option(ops::ConvTranspose& op, const Groups& groups) {
  op.groups = groups.value;
}
constexpr void apply_option(ops::ConvTranspose& op, NoBias) {
  op.bias = false;
}
constexpr void apply_option(ops::ConvTranspose& op, const OutputPadding& padding) {
  op.output_padding = padding.value;
}
} // namespace detail

// A transposed convolution: conv_transpose(64, 2, stride(2)),
// conv_transpose(64, {4, 4}, stride(2), pad(1), output_padding(1), groups(4), no_bias).
template <class... Options>
constexpr Layer<ops::ConvTranspose> conv_transpose(Located<int64_t> filters, const Extents& kernel,
                                                   const Options&... options) {
  ops::ConvTranspose op;
  op.filters = filters.value;
  op.kernel = kernel.shape;
  (detail::apply_option(op, options), ...);
  return {op, filters.location};
}

} // namespace fovea
