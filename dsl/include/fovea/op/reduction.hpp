#pragma once
#include <fovea/blocks/block.hpp>
#include <fovea/op/axis.hpp>
#include <fovea/op/options.hpp>

// What the reductions along dimensions share.
namespace fovea {

struct KeepDims {};
// Reduced dimensions stay, with extent 1.
inline constexpr KeepDims keep_dims{};

namespace ops {

struct ReducedAxes {
  Shape axes{}; // negative: from the end; none: all dimensions
  bool keep_dims = false;

  constexpr bool reduces(int dimension, int rank) const {
    for (int64_t axis : axes)
      if (dimension_of(axis, rank) == dimension)
        return true;
    return axes.empty();
  }
  constexpr ShapeError check_axes(int rank) const {
    if (axes.too_long())
      return {"it has too many axes", "at most {0}", "more", "", {Shape{max_rank}}};
    for (int64_t axis : axes)
      if (const ShapeError error = check_axis(axis, rank); error.what)
        return error;
    for (int k = 0; k < axes.rank(); ++k)
      for (int l = 0; l < k; ++l)
        if (dimension_of(axes[k], rank) == dimension_of(axes[l], rank))
          return {"an axis stands twice", "axes that differ", "{0}", "", {axes}};
    return {};
  }
  // All of them, in order; unchanged where the shape rule refuses them.
  constexpr void expand_axes(int rank) {
    if (check_axes(rank).what)
      return;
    Shape all;
    for (int d = 0; d < rank; ++d)
      if (reduces(d, rank))
        all.push_back(d);
    axes = all;
  }
  constexpr Shape reduced_shape(const Shape& x) const {
    Shape result;
    for (int d = 0; d < x.rank(); ++d)
      if (!reduces(d, x.rank()))
        result.push_back(x[d]);
      else if (keep_dims)
        result.push_back(1);
    return result;
  }
};

enum class Elements : uint8_t { floats, numbers, all };

// Attributes and shape rule; an op adds its definition (dsl/ops/reductions.cpp).
template <class Op>
struct ReduceOp : OpBase<Op>, ReducedAxes {
  static constexpr int inputs = 1;
  static constexpr Elements elements = Elements::numbers;

  template <class Self, class V>
  static constexpr void fields(Self& self, V&& visit) {
    visit("axes", self.axes);
    visit("keep_dims", self.keep_dims);
  }
  constexpr Op expanded(const Types& operands) const {
    Op copy = static_cast<const Op&>(*this);
    copy.expand_axes(operands[0].shape.rank());
    return copy;
  }
  constexpr Inferred infer(const Types& operands) const {
    const TensorType& x = operands[0];
    if (const ShapeError error = check_operand(x, 0, max_rank); error.what)
      return error;
    if (const ShapeError error = check_float(x); Op::elements == Elements::floats && error.what)
      return error;
    if (Op::elements == Elements::numbers && x.dtype == DType::boolean)
      return ShapeError{"its elements are no numbers", "integers or floats", "booleans", "", {}};
    if (const ShapeError error = check_axes(x.shape.rank()); error.what)
      return error;
    return TensorType{x.dtype, reduced_shape(x.shape)};
  }
};

} // namespace ops

namespace detail {
constexpr void apply_option(ops::ReducedAxes& op, KeepDims) {
  op.keep_dims = true;
}
template <class Op, class... Options>
constexpr Layer<Op> reduce(const Located<Extents>& axes, const Options&... options) {
  Op op;
  op.axes = axes.value.shape;
  (apply_option(op, options), ...);
  return {op, axes.location};
}
} // namespace detail

} // namespace fovea
