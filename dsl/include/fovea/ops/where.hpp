#pragma once
#include <fovea/op/pointwise.hpp>

namespace fovea {
namespace ops {

// x where the condition is true, else y, element by element; the three shapes broadcast.
struct Where : OpBase<Where> {
  static constexpr const char* name = "where";
  static constexpr int inputs = 3;

  constexpr Inferred infer(const Types& operands) const {
    if (const ShapeError error = check_pointwise(operands[0], Accepts::booleans); error.what)
      return error;
    const Inferred choices = broadcast(operands[1], operands[2]);
    return choices.ok() ? broadcast_shapes(choices.results[0], operands[0]) : choices;
  }

  Definition definition(const Types& operands) const {
    const Tensor<any_rank> condition(0, "condition", operands[0]), x(1, "x", operands[1]),
        y(2, "y", operands[2]);
    const IndexPack<'i'> i(infer(operands).results[0].shape);
    const auto read = [&](const Tensor<any_rank>& operand) {
      return operand(broadcast_subscripts(i, operand.shape()));
    };
    return bind(name, {{"condition", operands[0]}, {"x", operands[1]}, {"y", operands[2]}},
                {Z(i) = select(read(condition), read(x), read(y))});
  }
};

} // namespace ops

inline Tensor<> where(const Tensor<>& condition, const Tensor<>& x, const Tensor<>& y,
                      SourceLocation location = SourceLocation::current()) {
  return apply(ops::Where{}, {condition, x, y}, location);
}

} // namespace fovea
