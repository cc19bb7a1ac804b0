#pragma once
#include <fovea/op/movement.hpp>

namespace fovea {
namespace ops {

// The same elements in the same (row-major) order under another shape. An entry of 0 keeps the
// input's extent of that dimension, one entry of -1 takes what remains (as in ONNX): so {0, -1}
// holds for every batch. Moves nothing: a view.
struct Reshape : OpBase<Reshape> {
  static constexpr const char* name = "reshape";
  static constexpr int inputs = 1;

  Shape shape{-1};

  template <class Self, class V>
  static constexpr void fields(Self& self, V&& visit) {
    visit("shape", self.shape);
  }

  constexpr Inferred infer(const Types& operands) const {
    const TensorType& x = operands[0];
    if (const ShapeError error = check_operand(x, 0, max_rank); error.what)
      return error;
    TensorType z{x.dtype, shape};
    int open = -1;
    for (int d = 0; d < shape.rank(); ++d) {
      if (shape[d] < -1 || (shape[d] == -1 && open >= 0) || (shape[d] == 0 && d >= x.shape.rank()))
        return ShapeError{"{0} is no shape for the input {in}",
                          "extents >= 1, one -1 for what remains, 0 for the input's extent",
                          "",
                          "",
                          {shape}};
      if (shape[d] == 0)
        z.shape[d] = x.shape[d];
      if (shape[d] == -1) {
        open = d;
        z.shape[d] = 1;
      }
    }
    if (const ShapeError error = check_result(z); error.what)
      return error;
    const int64_t wanted = x.shape.elements(), stated = z.shape.elements();
    if (open >= 0)
      z.shape[open] = wanted / stated;
    if (z.shape.elements() != wanted)
      return ShapeError{"the shape {0} does not hold the elements of the input {in}",
                        open < 0 ? "{1} elements" : "a divisor of {1} elements beside the -1",
                        "{2}",
                        "",
                        {shape, Shape{wanted}, Shape{stated}}};
    return z;
  }

  Definition definition(const Types& operands) const {
    const Shape z = infer(operands).results[0].shape;
    return moved(name, operands[0], z, row_major_places(operands[0].shape, z));
  }
};

} // namespace ops

// features | reshape({0, -1}): one row per image.
constexpr Layer<ops::Reshape> reshape(const Shape& shape,
                                      SourceLocation location = SourceLocation::current()) {
  ops::Reshape op;
  op.shape = shape;
  return {op, location};
}

namespace detail {
// The shape that a reshape is given to take out dimensions of extent 1, or to put some in. Extents
// that stand before the first of them are left to the input, so that a batch may change.
constexpr Inferred without_units(const TensorType& x, const Shape& axes) {
  if (const ShapeError error = check_operand(x, 0, max_rank); error.what)
    return error;
  const int rank = x.shape.rank();
  bool out[max_rank] = {};
  for (int64_t axis : axes) {
    if (const ShapeError error = ops::check_axis(axis, rank); error.what)
      return error;
    const int64_t d = ops::dimension_of(axis, rank);
    if (x.shape[static_cast<int>(d)] != 1 || out[d])
      return ShapeError{"squeeze takes out dimensions of extent 1, each once",
                        "such axes of {in}",
                        "{0}",
                        "",
                        {axes}};
    out[d] = true;
  }
  TensorType z{x.dtype, {}};
  for (int d = 0; d < rank; ++d)
    if (axes.empty() ? x.shape[d] != 1 : !out[d])
      z.shape.push_back(z.shape.rank() == d ? 0 : x.shape[d]);
  return z;
}
constexpr Inferred with_units(const TensorType& x, const Shape& axes) {
  if (const ShapeError error = check_operand(x, 0, max_rank); error.what)
    return error;
  const int rank = x.shape.rank() + axes.rank();
  if (axes.too_long() || rank > max_rank)
    return ShapeError{"the result has more dimensions than a tensor may have",
                      "rank <= {0}",
                      "more",
                      "",
                      {Shape{max_rank}}};
  bool in[max_rank] = {};
  for (int64_t axis : axes) {
    const int64_t d = ops::dimension_of(axis, rank);
    if (d < 0 || d >= rank || in[d])
      return ShapeError{"unsqueeze puts in dimensions of the result, each once",
                        "distinct axes from {0} to {1}",
                        "{2}",
                        "",
                        {Shape{-rank}, Shape{rank - 1}, axes}};
    in[d] = true;
  }
  TensorType z{x.dtype, {}};
  for (int d = 0, taken = 0; d < rank; ++d)
    if (in[d])
      z.shape.push_back(1);
    else if (const int from = taken++; from == d)
      z.shape.push_back(0);
    else
      z.shape.push_back(x.shape[from]);
  return z;
}
} // namespace detail

// A reshape whose shape follows from the input's.
struct UnitDimensions : BlockBase {
  using Target = Inferred (*)(const TensorType& x, const Shape& axes);
  const char* name;
  Target target;
  Shape axes;
  SourceLocation location;

  constexpr UnitDimensions(const char* name, Target target, const Shape& axes,
                           SourceLocation location)
      : name(name), target(target), axes(axes), location(location) {}
  constexpr Inferred infer(const Types& inputs) const {
    const Inferred shape = target(inputs[0], axes);
    return shape.ok() ? reshape(shape.results[0].shape).infer(inputs) : shape;
  }
  // Throws Error where the axes do not fit.
  Tensor<> operator()(const Tensor<>& input) const;
};

// Takes out the dimensions `axes` of extent 1, or all of them: squeeze(), squeeze({2, 3}).
constexpr UnitDimensions squeeze(const Shape& axes = {},
                                 SourceLocation location = SourceLocation::current()) {
  return {"squeeze", detail::without_units, axes, location};
}
// Puts in dimensions of extent 1, which are `axes` of the result: unsqueeze({0}).
constexpr UnitDimensions unsqueeze(const Shape& axes,
                                   SourceLocation location = SourceLocation::current()) {
  return {"unsqueeze", detail::with_units, axes, location};
}

} // namespace fovea
