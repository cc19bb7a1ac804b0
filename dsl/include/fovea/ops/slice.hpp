#pragma once
#include <fovea/op/movement.hpp>

#include <limits>

namespace fovea {

// As the end of a slice: up to the last element, or with a negative step down to the first.
inline constexpr int64_t to_last = std::numeric_limits<int64_t>::max();
inline constexpr int64_t to_first = std::numeric_limits<int64_t>::min();

namespace ops {

// Every step-th element from `begin` up to `end` (which is not included) along each of `axes`;
// other dimensions are taken whole. As in Python and ONNX: negative places count from the end,
// those beyond the tensor are moved to its edge, a negative step goes backwards. Z(i) = X(begin +
// i*step).
struct Slice : OpBase<Slice> {
  static constexpr const char* name = "slice";
  static constexpr int inputs = 1;

  Shape axes{}; // empty: the first dimensions
  Shape begin{}, end{};
  Shape step{}; // empty: 1

  template <class Self, class V>
  static constexpr void fields(Self& self, V&& visit) {
    visit("axes", self.axes);
    visit("begin", self.begin);
    visit("end", self.end);
    visit("step", self.step);
  }

  // What is taken of a dimension of `extent` elements: `count` of them.
  struct Range {
    int64_t begin = 0, step = 1, count = 0;
  };
  static constexpr int64_t bounded(int64_t place, int64_t extent, int64_t low, int64_t high) {
    const int64_t front = place < 0 ? place + extent : place;
    return front < low ? low : front > high ? high : front;
  }
  static constexpr Range range(int64_t extent, int64_t begin, int64_t end, int64_t step) {
    // Longer steps take one element, as one of the whole extent does.
    const int64_t stride = step > extent ? extent : step < -extent ? -extent : step;
    if (stride > 0) {
      const int64_t first = bounded(begin, extent, 0, extent);
      const int64_t room = bounded(end, extent, 0, extent) - first;
      return {first, stride, room > 0 ? (room + stride - 1) / stride : 0};
    }
    const int64_t first = bounded(begin, extent, 0, extent - 1);
    const int64_t room = first - bounded(end, extent, -1, extent - 1);
    return {first, stride, room > 0 ? (room - stride - 1) / -stride : 0};
  }

  constexpr Inferred infer(const Types& operands) const {
    TensorType z = operands[0];
    if (const ShapeError error = check_operand(z, 0, max_rank); error.what)
      return error;
    const int rank = z.shape.rank(), count = begin.rank();
    if (begin.too_long() || end.rank() != count || count > rank ||
        (!axes.empty() && axes.rank() != count) || (!step.empty() && step.rank() != count))
      return ShapeError{"the slice of the input {in} is stated in lists of different lengths",
                        "begin, end, axes and step for each of at most {0} axes",
                        "begin {1}, end {2}, axes {3}",
                        "",
                        {Shape{rank}, begin, end, axes}};
    bool taken[max_rank] = {};
    for (int k = 0; k < count; ++k) {
      const int64_t axis = axes.empty() ? k : axes[k];
      if (const ShapeError error = check_axis(axis, rank); error.what)
        return error;
      const int d = dimension_of(axis, rank);
      if (taken[d])
        return ShapeError{"slice takes an axis twice", "distinct axes", "{0}", "", {axes}};
      taken[d] = true;
      if (!step.empty() && step[k] == 0)
        return ShapeError{"a slice's step is 0", "a step, negative to go backwards", "0", "", {}};
      const int64_t by = step.empty() ? 1 : step[k];
      const Range part = range(z.shape[d], begin[k], end[k], by);
      if (part.count < 1)
        return ShapeError{"the slice of axis {0} is empty",
                          "elements of the input {in}",
                          "none from {1} to {2} by steps of {3}",
                          "",
                          {Shape{d}, Shape{begin[k]}, Shape{end[k]}, Shape{by}}};
      z.shape[d] = part.count;
    }
    return z;
  }

  Definition definition(const Types& operands) const {
    const Shape& x = operands[0].shape;
    std::vector<IndexExpr> places;
    for (int d = 0; d < x.rank(); ++d)
      places.push_back(result_index(d));
    for (int k = 0; k < begin.rank(); ++k) {
      const int d = static_cast<int>(axes.empty() ? k : dimension_of(axes[k], x.rank()));
      const Range part = range(x[d], begin[k], end[k], step.empty() ? 1 : step[k]);
      places[static_cast<size_t>(d)] = result_index(d) * part.step + IndexExpr{part.begin, {}};
    }
    return moved(name, operands[0], infer(operands).results[0].shape, places);
  }
};

} // namespace ops

// image | slice(2, 8, -8): rows 8 up to the eighth from the end; slice(-1, -1, to_first, -1):
// mirrored.
constexpr Layer<ops::Slice> slice(int64_t axis, int64_t begin, int64_t end, int64_t step = 1,
                                  SourceLocation location = SourceLocation::current()) {
  ops::Slice op;
  op.axes = {axis};
  op.begin = {begin};
  op.end = {end};
  op.step = {step};
  return {op, location};
}
// The same along several axes: slice({2, 3}, {8, 8}, {-8, -8}).
constexpr Layer<ops::Slice> slice(const Shape& axes, const Shape& begin, const Shape& end,
                                  const Shape& step = {},
                                  SourceLocation location = SourceLocation::current()) {
  ops::Slice op;
  op.axes = axes;
  op.begin = begin;
  op.end = end;
  op.step = step;
  return {op, location};
}

// A tensor in parts of these extents along `axis`, one slice each. Throws Error where they do not
// make up the dimension.
std::vector<Tensor<>> split(const Tensor<>& x, const std::vector<int64_t>& extents,
                            int64_t axis = 1, SourceLocation location = SourceLocation::current());
// In parts of equal extent, of which only the last may be shorter.
std::vector<Tensor<>> split_evenly(const Tensor<>& x, int64_t parts, int64_t axis = 1,
                                   SourceLocation location = SourceLocation::current());

} // namespace fovea
