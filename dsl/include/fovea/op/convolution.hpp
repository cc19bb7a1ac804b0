#pragma once
#include <fovea/blocks/block.hpp>
#include <fovea/equation/statement.hpp>
#include <fovea/op/options.hpp>

namespace fovea::ops {

// What the convolutions share: `filters` filters, whose kernels slide over X in 1, 2 or 3 spatial
// dimensions, in `groups` groups, each over its share of the channels, with zeros outside X:
//   Z(b,i,j) = sum(l,m) X(b, l, j*stride + m*dilation - pad) * weight(i,j,l,m) + bias(i,j)
// They differ in how the places j of the result share the weights. Of its own an op has
//   constexpr Shape weight_shape(int64_t channels, const Shape& kernel, const Shape& outputs)
//   const; constexpr Shape bias_shape(const Shape& outputs) const; auto weight(K, i, j, l, m)
//   const; // what is read of the operands: of the weight, auto bias_at(B, i, j) const;      // of
//   the bias
// where `channels` are those of a group.
template <class Op>
struct ConvolutionOp : OpBase<Op>, Window {
  static constexpr int inputs = 1;

  int64_t filters = 1;
  int64_t groups = 1;
  bool bias = true;

  template <class Self, class V>
  static constexpr void fields(Self& self, V&& visit) {
    visit("filters", self.filters);
    Window::window_fields(self, visit);
    visit("groups", self.groups);
    visit("bias", self.bias);
  }
  constexpr Op expanded(const Types& inputs) const {
    Op copy = own();
    copy.expand_window(inputs[0].shape.rank() - 2);
    return copy;
  }

  constexpr Parameters parameters(const Types& inputs) const {
    const Shape& x = inputs[0].shape;
    const int spatial = x.rank() > 2 ? x.rank() - 2 : 0;
    const int64_t channels = x.rank() > 1 && groups > 0 ? x[1] / groups : 1;
    const bool sound = check_windows(inputs[0]).what == nullptr;
    const Shape places = sound ? outputs(x.slice(2, x.rank())) : Shape::filled(spatial, 1);
    const DType type = inputs[0].dtype;
    Parameters list;
    list.push_back(
        {"weight", {type, own().weight_shape(channels, spread(kernel, spatial, 1), places)}});
    if (bias)
      list.push_back({"bias", {type, own().bias_shape(places)}});
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
    if (const ShapeError error = check_windows(x); error.what)
      return error;
    if (const ShapeError error = check_parameters(own(), operands); error.what)
      return error;
    const TensorType result{x.dtype,
                            Shape{x.shape[0], filters} + outputs(x.shape.slice(2, x.shape.rank()))};
    if (const ShapeError error = check_result(result); error.what)
      return error;
    return result;
  }

  Definition definition(const Types& operands) const {
    const Shape x = operands[0].shape, z = infer(operands).results[0].shape;
    const Shape space = x.slice(2, x.rank());
    const int spatial = space.rank();
    const Tensor<any_rank> X(0, "X", operands[0]), K(1, "K", operands[1]);
    const Index<'b'> b;
    const Index<'i'> i{filters};
    const Index<'l'> l;
    const IndexPack<'j'> j(z.slice(2, z.rank()));
    const IndexPack<'m'> m(spread(kernel, spatial, 1));

    const auto group = i / (filters / groups) * (groups == 1 ? 0 : x[1] / groups);
    const auto place =
        j * spread(stride, spatial, 1) + m * spread(dilation, spatial, 1) - fronts(space);
    const auto products = sum(l, m)(X(b, group + l, zero(place)) * own().weight(K, i, j, l, m));
    if (!bias)
      return bind(Op::name, {{"X", operands[0]}, {"K", operands[1]}}, {Z(b, i, j) = products});
    const Tensor<any_rank> B(2, "B", operands[2]);
    return bind(Op::name, {{"X", operands[0]}, {"K", operands[1]}, {"B", operands[2]}},
                {Z(b, i, j) = products + own().bias_at(B, i, j)});
  }

 private:
  constexpr const Op& own() const { return static_cast<const Op&>(*this); }
  // The windows over an input that may be of any kind.
  constexpr ShapeError check_windows(const TensorType& x) const {
    if (const ShapeError error = check_operand(x, 3, 5); error.what)
      return error;
    return check_window(x.shape.slice(2, x.shape.rank()));
  }
};

} // namespace fovea::ops

namespace fovea::detail {
template <class Op>
constexpr void apply_option(ops::ConvolutionOp<Op>& op, const Groups& groups) {
  op.groups = groups.value;
}
template <class Op>
constexpr void apply_option(ops::ConvolutionOp<Op>& op, NoBias) {
  op.bias = false;
}
// The kernel is one number for all spatial dimensions or one per dimension.
template <class Op, class... Options>
constexpr Layer<Op> convolution(const Located<int64_t>& filters, const Extents& kernel,
                                const Options&... options) {
  Op op;
  op.filters = filters.value;
  op.kernel = kernel.shape;
  (apply_option(op, options), ...);
  return {op, filters.location};
}
} // namespace fovea::detail
