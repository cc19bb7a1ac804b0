#pragma once
#include <fovea/blocks/block.hpp>
#include <fovea/equation/statement.hpp>
#include <fovea/op/options.hpp>

namespace fovea::ops {

// What max and average pooling share: X [batch, channels, space...] -> [batch, channels, space...].
template <class Op>
struct PoolOp : OpBase<Op>, Window {
  static constexpr int inputs = 1;
  static constexpr bool floats_only = false;
  template <class Self, class V>
  static constexpr void fields(Self& self, V&& visit) {
    Window::window_fields(self, visit);
    visit("ceil_mode", self.ceil_mode);
  }
  constexpr Op expanded(const Types& inputs) const {
    Op copy = static_cast<const Op&>(*this);
    copy.expand_window(inputs[0].shape.rank() - 2);
    return copy;
  }
  constexpr Inferred infer(const Types& operands) const {
    const TensorType& x = operands[0];
    if (const ShapeError error = check_operand(x, 3, 5); error.what)
      return error;
    if (const ShapeError error = check_float(x); Op::floats_only && error.what)
      return error;
    const Shape space = x.shape.slice(2, x.shape.rank());
    if (const ShapeError error = check_window(space); error.what)
      return error;
    for (int d = 0; d < space.rank(); ++d) {
      const int64_t before = front(d, space[d]), after = behind(d, space[d]);
      if (before >= reach(d) || after >= reach(d))
        return ShapeError{"a window may lie in the padding alone",
                          "padding below the kernel's {0}",
                          "{1} and {2}",
                          "",
                          {Shape{reach(d)}, Shape{before}, Shape{after}}};
      if (before + after > 0 && entry(dilation, d, 1) > space[d]) // it may step over the input
        return ShapeError{"a window may lie in the padding alone",
                          "dilation <= {0}, or no padding",
                          "{1}",
                          "",
                          {Shape{space[d]}, Shape{entry(dilation, d, 1)}}};
    }
    const TensorType result{x.dtype, x.shape.slice(0, 2) + outputs(space)};
    if (const ShapeError error = check_result(result); error.what)
      return error;
    return result;
  }
};

} // namespace fovea::ops

namespace fovea::detail {
// A pool's stride is its kernel unless said otherwise.
template <class Op, class... Options>
constexpr Layer<Op> pool(const Located<Extents>& kernel, const Options&... options) {
  Op op;
  op.kernel = kernel.value.shape;
  op.stride = kernel.value.shape;
  (apply_option(op, options), ...);
  return {op, kernel.location};
}
} // namespace fovea::detail
