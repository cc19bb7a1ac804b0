#pragma once
#include <fovea/blocks/block.hpp>
#include <fovea/equation/statement.hpp>
#include <fovea/op/options.hpp>

namespace fovea {
namespace ops {

// Convolution as networks use the word (cross-correlation), in 1, 2 or 3 spatial dimensions:
//   Z(b,i,j) = sum(l,m) X(b, l, j*stride + m*dilation - pad) * K(i,l,m) + B(i)
// with zeros outside X; in `groups` groups, each over its share of the channels.
// Shapes: X [batch, channels, space...], K [filters, channels/groups, kernel...], B [filters],
// Z [batch, filters, space...].
struct Conv : OpBase<Conv>, Window {
  static constexpr const char* name = "conv";
  static constexpr int inputs = 1;

  int64_t filters = 1;
  int64_t groups = 1;
  bool bias = true;

  template <class Self, class V>
  static constexpr void fields(Self& self, V&& visit) {
    visit("filters", self.filters);
    window_fields(self, visit);
    visit("groups", self.groups);
    visit("bias", self.bias);
  }
  constexpr Conv expanded(const Types& inputs) const {
    Conv copy = *this;
    copy.expand_window(inputs[0].shape.rank() - 2);
    return copy;
  }

  constexpr Parameters parameters(const Types& inputs) const {
    const Shape& x = inputs[0].shape;
    const int spatial = x.rank() > 2 ? x.rank() - 2 : 0;
    const int64_t channels = x.rank() > 1 && groups > 0 ? x[1] / groups : 1;
    Parameters list;
    list.push_back(
        {"weight", {inputs[0].dtype, Shape{filters, channels} + spread(kernel, spatial, 1)}});
    if (bias)
      list.push_back({"bias", {inputs[0].dtype, Shape{filters}}});
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
    if (const ShapeError error = check_window(space); error.what)
      return error;
    if (const ShapeError error = check_parameters(*this, operands); error.what)
      return error;
    const TensorType result{x.dtype, Shape{x.shape[0], filters} + outputs(space)};
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
    const IndexPack<'m'> m(spatial);

    const auto group = i / (filters / groups) * (groups == 1 ? 0 : x[1] / groups);
    const auto place =
        j * spread(stride, spatial, 1) + m * spread(dilation, spatial, 1) - fronts(space);
    const auto products = sum(l, m)(X(b, group + l, zero(place)) * K(i, l, m));
    if (!bias)
      return bind(name, {{"X", operands[0]}, {"K", operands[1]}}, {Z(b, i, j) = products});
    const Tensor<1> B(2, "B", operands[2]);
    return bind(name, {{"X", operands[0]}, {"K", operands[1]}, {"B", operands[2]}},
                {Z(b, i, j) = products + B(i)});
  }
};

} // namespace ops

namespace detail {
constexpr void apply_option(ops::Conv& op, const Groups& groups) {
  op.groups = groups.value;
}
constexpr void apply_option(ops::Conv& op, NoBias) {
  op.bias = false;
}
} // namespace detail

// A convolution layer: conv(64, 3), conv(64, {3, 5}, same, stride(2), groups(4), no_bias).
// The kernel is one number for all spatial dimensions or one per dimension.
template <class... Options>
constexpr Layer<ops::Conv> conv(Located<int64_t> filters, const Extents& kernel,
                                const Options&... options) {
  ops::Conv op;
  op.filters = filters.value;
  op.kernel = kernel.shape;
  (detail::apply_option(op, options), ...);
  return {op, filters.location};
}

} // namespace fovea
