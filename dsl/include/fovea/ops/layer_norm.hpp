#pragma once
#include <fovea/op/normalisation.hpp>
#include <fovea/op/options.hpp>
#include <fovea/op/reduction.hpp>

namespace fovea {
namespace ops {

// Layer normalisation (Ba, Kiros, Hinton, arXiv 1607.06450) over the dimensions d from `axis` on
// (negative: from the end), with a mean and a variance for each element a of those before:
//   M(a) = mean(e) X(a,e);  S(a) = mean(e) (X(a,e) - M(a))^2
//   Z(a,d) = (X(a,d) - M(a)) / sqrt(S(a) + epsilon) * weight(d) + bias(d)
// Weight and bias have the shape of d.
struct LayerNorm : OpBase<LayerNorm> {
  static constexpr const char* name = "layer_norm";
  static constexpr int inputs = 1;

  int64_t axis = -1;
  double epsilon = 1e-5;
  bool bias = true;

  template <class Self, class V>
  static constexpr void fields(Self& self, V&& visit) {
    visit("axis", self.axis);
    visit("epsilon", self.epsilon);
    visit("bias", self.bias);
  }

  constexpr Parameters parameters(const Types& operands) const {
    const Shape& x = operands[0].shape;
    const bool possible = !check_axis(axis, x.rank()).what;
    const TensorType normalised{
        operands[0].dtype, possible ? x.slice(dimension_of(axis, x.rank()), x.rank()) : Shape{}};
    Parameters list{{"weight", normalised}};
    if (bias)
      list.push_back({"bias", normalised});
    return list;
  }

  constexpr Inferred infer(const Types& operands) const {
    const TensorType& x = operands[0];
    if (const ShapeError error = check_operand(x, 1, max_rank); error.what)
      return error;
    for (const ShapeError& error :
         {check_float(x), check_axis(axis, x.shape.rank()), check_epsilon(epsilon)})
      if (error.what)
        return error;
    if (const ShapeError error = check_parameters(*this, operands); error.what)
      return error;
    return x;
  }

  Definition definition(const Types& operands) const;
};

} // namespace ops

namespace detail {
constexpr void apply_option(ops::LayerNorm& op, NoBias) {
  op.bias = false;
}
constexpr void apply_option(ops::LayerNorm& op, double epsilon) {
  op.epsilon = epsilon;
}
} // namespace detail

// Over the last dimension.
constexpr Map layer_norm(Map) {
  return map_of<ops::LayerNorm>();
}
// From a dimension on: layer_norm(-1), layer_norm(1, 1e-6, no_bias).
template <class... Options>
constexpr Layer<ops::LayerNorm> layer_norm(Located<int64_t> axis, const Options&... options) {
  ops::LayerNorm op;
  op.axis = axis.value;
  (detail::apply_option(op, options), ...);
  return {op, axis.location};
}

} // namespace fovea
