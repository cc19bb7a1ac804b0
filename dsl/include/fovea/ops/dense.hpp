#pragma once
#include <fovea/blocks/block.hpp>
#include <fovea/equation/statement.hpp>
#include <fovea/op/options.hpp>

namespace fovea {
namespace ops {

// A fully connected layer over the last dimension: Z(a,o) = sum(c) X(a,c) * W(o,c) + B(o).
// Shapes: X [..., features], W [outputs, features], B [outputs], Z [..., outputs].
struct Dense : OpBase<Dense> {
  static constexpr const char* name = "dense";
  static constexpr int inputs = 1;

  int64_t outputs = 1;
  bool bias = true;

  template <class Self, class V>
  static constexpr void fields(Self& self, V&& visit) {
    visit("outputs", self.outputs);
    visit("bias", self.bias);
  }

  constexpr Parameters parameters(const Types& inputs) const {
    const Shape& x = inputs[0].shape;
    Parameters list;
    list.push_back({"weight", {inputs[0].dtype, Shape{outputs, x.empty() ? 1 : x[x.rank() - 1]}}});
    if (bias)
      list.push_back({"bias", {inputs[0].dtype, Shape{outputs}}});
    return list;
  }

  constexpr Inferred infer(const Types& operands) const {
    const TensorType& x = operands[0];
    if (const ShapeError error = check_operand(x, 1, max_rank); error.what)
      return error;
    if (outputs < 1)
      return ShapeError{
          "the number of outputs is below 1", "outputs >= 1", "{0}", "", {Shape{outputs}}};
    if (const ShapeError error = check_parameters(*this, operands); error.what)
      return error;
    const TensorType result{x.dtype, x.shape.slice(0, x.shape.rank() - 1) + Shape{outputs}};
    if (const ShapeError error = check_result(result); error.what)
      return error;
    return result;
  }

  Definition definition(const Types& operands) const {
    const Shape& x = operands[0].shape;
    const Tensor<any_rank> X(0, "X", operands[0]);
    const Tensor<2> W(1, "W", operands[1]);
    const IndexPack<'a'> a(x.slice(0, x.rank() - 1));
    const Index<'o'> o;
    const Index<'c'> c;
    const auto products = sum(c)(X(a, c) * W(o, c));
    if (!bias)
      return bind(name, {{"X", operands[0]}, {"W", operands[1]}},
                  {Z(a, o.range(outputs)) = products});
    const Tensor<1> B(2, "B", operands[2]);
    return bind(name, {{"X", operands[0]}, {"W", operands[1]}, {"B", operands[2]}},
                {Z(a, o.range(outputs)) = products + B(o)});
  }
};

} // namespace ops

namespace detail {
constexpr void apply_option(ops::Dense& op, NoBias) {
  op.bias = false;
}
} // namespace detail

// A fully connected layer: dense(84), dense(10, no_bias).
template <class... Options>
constexpr Layer<ops::Dense> dense(Located<int64_t> outputs, const Options&... options) {
  ops::Dense op;
  op.outputs = outputs.value;
  (detail::apply_option(op, options), ...);
  return {op, outputs.location};
}

} // namespace fovea
