#pragma once
#include <fovea/blocks/block.hpp>
#include <fovea/op/options.hpp>

// What the adaptive pools share: the extents of the result are given, and the windows follow, those
// of PyTorch. Place j of `outputs` along a dimension of `extent` elements has those from
// floor(j*extent/outputs) to below ceil((j+1)*extent/outputs); neighbours may overlap.
namespace fovea::ops {

template <class Op>
struct AdaptivePoolOp : OpBase<Op> {
  static constexpr int inputs = 1;
  static constexpr bool floats_only = false;

  Shape outputs{1}; // extents of the result: one for all spatial dimensions, or one per dimension

  template <class Self, class V>
  static constexpr void fields(Self& self, V&& visit) {
    visit("outputs", self.outputs);
  }
  constexpr Op expanded(const Types& inputs) const {
    Op copy = static_cast<const Op&>(*this);
    copy.outputs = spread(outputs, inputs[0].shape.rank() - 2, 1);
    return copy;
  }

  // X [batch, channels, space...] -> [batch, channels, outputs...].
  constexpr Inferred infer(const Types& operands) const {
    const TensorType& x = operands[0];
    if (const ShapeError error = check_operand(x, 3, max_rank); error.what)
      return error;
    if (const ShapeError error = check_float(x); Op::floats_only && error.what)
      return error;
    const Shape space = x.shape.slice(2, x.shape.rank());
    if (const ShapeError error =
            Window{}.check_list(outputs, space.rank(), 1, "the outputs do not fit the input {in}");
        error.what)
      return error;
    for (int64_t extent : space)
      if (extent > 2147483647)
        return ShapeError{"the input {in} is too large", "extents below 2^31", "{in}", "", {}};
    const TensorType result{x.dtype, x.shape.slice(0, 2) + spread(outputs, space.rank(), 1)};
    if (const ShapeError error = check_result(result); error.what)
      return error;
    return result;
  }
};

} // namespace fovea::ops

namespace fovea::detail {
template <class Op>
constexpr Layer<Op> adaptive_pool(const Located<Extents>& outputs) {
  Op op;
  op.outputs = outputs.value.shape;
  return {op, outputs.location};
}
} // namespace fovea::detail
