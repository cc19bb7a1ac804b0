#pragma once
#include <fovea/blocks/block.hpp>
#include <fovea/equation/statement.hpp>

namespace fovea {
namespace ops {

// Batch normalisation in inference (Ioffe, Szegedy, arXiv 1502.03167, algorithm 2), per channel c:
//   Z(b,c,j) = (X(b,c,j) - mean(c)) / sqrt(var(c) + epsilon) * weight(c) + bias(c)
// Shapes: X [batch, channels, space...], the four parameters [channels].
struct BatchNorm : OpBase<BatchNorm> {
  static constexpr const char* name = "batch_norm";
  static constexpr int inputs = 1;

  double epsilon = 1e-5;

  template <class Self, class V>
  static constexpr void fields(Self& self, V&& visit) {
    visit("epsilon", self.epsilon);
  }

  constexpr Parameters parameters(const Types& inputs) const {
    const TensorType per_channel{inputs[0].dtype,
                                 Shape{inputs[0].shape.rank() > 1 ? inputs[0].shape[1] : 1}};
    return {{"weight", per_channel},
            {"bias", per_channel},
            {"running_mean", per_channel},
            {"running_var", per_channel}};
  }

  constexpr Inferred infer(const Types& operands) const {
    const TensorType& x = operands[0];
    if (const ShapeError error = check_operand(x, 2, max_rank); error.what)
      return error;
    if (const ShapeError error = check_float(x); error.what)
      return error;
    if (!(epsilon >= 0))
      return ShapeError{"epsilon is negative", "epsilon >= 0", "", "", {}};
    if (const ShapeError error = check_parameters(*this, operands); error.what)
      return error;
    return x;
  }

  Definition definition(const Types& operands) const {
    const Shape& x = operands[0].shape;
    const Tensor<any_rank> X(0, "X", operands[0]);
    const Tensor<1> weight(1, "weight", operands[1]), shift(2, "bias", operands[2]),
        mean(3, "mean", operands[3]), variance(4, "var", operands[4]);
    const Index<'b'> b;
    const Index<'c'> c;
    const IndexPack<'j'> j(x.slice(2, x.rank()));
    const auto normal = (X(b, c, j) - mean(c)) / sqrt(variance(c) + epsilon);
    return bind(name,
                {{"X", operands[0]},
                 {"weight", operands[1]},
                 {"bias", operands[2]},
                 {"mean", operands[3]},
                 {"var", operands[4]}},
                {Z(b, c, j) = normal * weight(c) + shift(c)});
  }
};

} // namespace ops

constexpr Map batch_norm(Map) {
  return map_of<ops::BatchNorm>();
}
// With an epsilon of one's own.
constexpr Layer<ops::BatchNorm> batch_norm(Located<double> epsilon) {
  ops::BatchNorm op;
  op.epsilon = epsilon.value;
  return {op, epsilon.location};
}

} // namespace fovea
