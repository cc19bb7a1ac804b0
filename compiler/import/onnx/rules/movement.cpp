#include "compiler/import/onnx/rules.hpp"

#include <fovea/ops/concat.hpp>
#include <fovea/ops/depth_to_space.hpp>
#include <fovea/ops/expand.hpp>
#include <fovea/ops/flatten.hpp>
#include <fovea/ops/gather.hpp>
#include <fovea/ops/gather_elements.hpp>
#include <fovea/ops/gather_nd.hpp>
#include <fovea/ops/pad.hpp>
#include <fovea/ops/reshape.hpp>
#include <fovea/ops/slice.hpp>
#include <fovea/ops/space_to_depth.hpp>
#include <fovea/ops/tile.hpp>
#include <fovea/ops/transpose.hpp>

#include <algorithm>
#include <numeric>

// Elements in other places.
namespace fovea::import {
namespace {

using Integers = std::vector<int64_t>;

Data reshaped(Node& node, const Shape& shape) {
  ops::Reshape op;
  op.shape = shape;
  return node.apply(op, {node.operand(0)});
}

// An attribute in old versions, an input in newer ones; absent where neither is given.
std::optional<Integers> list_of(Node& node, const char* name, int input) {
  if (node.has_attribute(name))
    return node.integers(name);
  if (node.has(input))
    return node.known_integers(input, name);
  return std::nullopt;
}

Data concat(Node& node) {
  ops::Concat op;
  Data parts;
  for (const Datum& part : node.all_operands())
    if (part.shape().elements() != 0) // an empty list in the arithmetic of shapes
      parts.push_back(part);
  op.axis = node.integer("axis", 1);
  if (parts.empty())
    return {node.operand(0)};
  op.axis = node.axis_of(op.axis, parts[0].shape().rank());
  return node.apply(op, parts);
}

Data depth_to_space(Node& node) {
  ops::DepthToSpace op;
  op.block = node.integer("blocksize", 0);
  const std::string mode = node.text("mode", "DCR");
  if (!parse(mode, op.order))
    node.fail("its mode is unknown", "DCR or CRD", mode);
  return node.apply(op, {node.operand(0)});
}

Data space_to_depth(Node& node) {
  ops::SpaceToDepth op;
  op.block = node.integer("blocksize", 0);
  const std::string mode = node.text("mode", "DCR");
  if (!parse(mode, op.order))
    node.fail("its mode is unknown", "DCR or CRD", mode);
  return node.apply(op, {node.operand(0)});
}

Data expand(Node& node) {
  ops::Expand op;
  op.shape = node.shape_of(node.known_integers(1, "the shape"), "the shape");
  return node.apply(op, {node.operand(0)});
}

template <class Op>
Data gather(Node& node) {
  Op op;
  op.axis = node.integer("axis", 0);
  return node.apply(op, {node.operand(0), node.operand(1)});
}

Data pad(Node& node) {
  ops::Pad op;
  const Datum& x = node.operand(0);
  const size_t rank = static_cast<size_t>(x.shape().rank());
  const std::string mode = node.text("mode", "constant");
  if (!parse(mode, op.mode))
    node.fail("its mode is unknown", "constant, reflect, edge or wrap", mode);
  const Integers pads = list_of(node, "pads", 1).value_or(Integers());
  op.value = node.has(2) ? node.known_number(2, "the value") : node.number("value", 0);
  Integers axes(rank);
  std::iota(axes.begin(), axes.end(), 0);
  if (node.has(3))
    axes = node.known_integers(3, "the axes");
  if (pads.size() != 2 * axes.size())
    node.fail("pads has the wrong number of entries", std::to_string(2 * axes.size()),
              std::to_string(pads.size()));
  op.begin = op.end = Shape::filled(x.shape().rank(), 0);
  for (size_t k = 0; k < axes.size(); ++k) {
    const int d = node.axis_of(axes[k], x.shape().rank());
    op.begin[d] = pads[k];
    op.end[d] = pads[k + axes.size()];
  }
  return node.apply(op, {x});
}

// 0 keeps the input's extent, and one -1 is what remains.
Data reshape(Node& node) {
  const Shape x = node.operand(0).shape();
  Shape shape = node.shape_of(list_of(node, "shape", 1).value_or(Integers()), "the shape");
  const bool zero_is_zero = node.flag("allowzero", false);
  int open = -1;
  int64_t others = 1;
  for (int d = 0; d < shape.rank(); ++d) {
    if (shape[d] == 0 && !zero_is_zero && d < x.rank())
      shape[d] = x[d];
    if (shape[d] == -1 && open < 0)
      open = d;
    else if (__builtin_mul_overflow(others, shape[d], &others))
      node.fail("the shape is too large", "fewer than 2^63 elements", to_string(shape));
  }
  if (open >= 0 && others > 0)
    shape[open] = x.elements() / others;
  return reshaped(node, shape);
}

Data squeeze(Node& node) {
  const Shape x = node.operand(0).shape();
  const std::optional<Integers> axes = list_of(node, "axes", 1);
  std::vector<bool> goes(static_cast<size_t>(x.rank()));
  for (int d = 0; d < x.rank(); ++d)
    goes[static_cast<size_t>(d)] = !axes && x[d] == 1;
  for (const int64_t axis : axes.value_or(Integers())) {
    const int d = node.axis_of(axis, x.rank());
    if (x[d] != 1)
      node.fail("it squeezes a dimension of more than one element", "extent 1",
                std::to_string(x[d]));
    goes[static_cast<size_t>(d)] = true;
  }
  Shape shape;
  for (int d = 0; d < x.rank(); ++d)
    if (!goes[static_cast<size_t>(d)])
      shape.push_back(x[d]);
  return reshaped(node, shape);
}

Data unsqueeze(Node& node) {
  const Shape x = node.operand(0).shape();
  const Integers axes = list_of(node, "axes", 1).value_or(Integers());
  const int rank = x.rank() + static_cast<int>(axes.size());
  if (rank > max_rank)
    node.fail("its result has too many dimensions", std::to_string(max_rank), std::to_string(rank));
  std::vector<bool> made(static_cast<size_t>(rank));
  for (const int64_t axis : axes) {
    const auto d = static_cast<size_t>(node.axis_of(axis, rank));
    if (made[d])
      node.fail("an axis occurs twice", "distinct axes", std::to_string(axis));
    made[d] = true;
  }
  Shape shape;
  for (int d = 0, next = 0; d < rank; ++d)
    shape.push_back(made[static_cast<size_t>(d)] ? 1 : x[next++]);
  return reshaped(node, shape);
}

// The slice; a constant without elements where nothing is taken.
Datum sliced(Node& node, const ops::Slice& op) {
  const Datum& x = node.operand(0);
  Shape shape = x.shape();
  bool empty = false;
  for (int k = 0; k < op.begin.rank() && op.begin.rank() == op.end.rank(); ++k) {
    const int64_t axis = op.axes.empty() ? k : k < op.axes.rank() ? op.axes[k] : 0;
    const int d = node.axis_of(axis, shape.rank());
    const int64_t step = k < op.step.rank() ? op.step[k] : 1;
    empty |= shape[d] == 0;
    if (shape[d] != 0 && step != 0 &&
        ops::Slice::range(shape[d], op.begin[k], op.end[k], step).count == 0) {
      shape[d] = 0;
      empty = true;
    }
  }
  return empty ? Datum(filled(shape, scalar(x.dtype(), 0))) : node.value(op, {x});
}

Data slice(Node& node) {
  ops::Slice op;
  const bool by_inputs = node.opset() >= 10;
  const auto list = [&](const char* name, int input) {
    const Integers entries = by_inputs
                                 ? node.has(input) ? node.known_integers(input, name) : Integers()
                                 : node.integers(name);
    return node.shape_of(entries, name);
  };
  op.begin = list("starts", 1);
  op.end = list("ends", 2);
  op.axes = list("axes", 3);
  op.step = by_inputs ? list("steps", 4) : Shape();
  return {sliced(node, op)};
}

// Neighbouring parts along an axis.
Data split(Node& node) {
  const Shape x = node.operand(0).shape();
  const int axis = node.axis_of(node.integer("axis", 0), x.rank());
  Integers extents = list_of(node, "split", 1).value_or(Integers());
  if (extents.empty()) {
    const int64_t count =
        node.opset() >= 18 ? node.integer("num_outputs", node.outputs()) : node.outputs();
    if (count != node.outputs())
      node.fail("num_outputs is not the number of its outputs", std::to_string(node.outputs()),
                std::to_string(count));
    const int64_t each = (x[axis] + count - 1) / count;
    for (int64_t left = x[axis]; static_cast<int64_t>(extents.size()) < count; left -= each)
      extents.push_back(std::clamp<int64_t>(left, 0, each));
  }
  int64_t all = 0;
  for (const int64_t extent : extents)
    if (extent < 0 || __builtin_add_overflow(all, extent, &all))
      node.fail("a part is negative or too large", "0 to " + std::to_string(x[axis]),
                std::to_string(extent));
  if (all != x[axis])
    node.fail("its parts do not add up to the input", std::to_string(x[axis]), std::to_string(all));
  Data parts;
  int64_t begin = 0;
  for (const int64_t extent : extents) {
    ops::Slice op;
    op.axes = Shape{axis};
    op.begin = Shape{begin};
    op.end = Shape{begin += extent};
    parts.push_back(sliced(node, op));
  }
  return parts;
}

Data tile(Node& node) {
  ops::Tile op;
  op.repeats = node.shape_of(node.known_integers(1, "the repeats"), "the repeats");
  return node.apply(op, {node.operand(0)});
}

Data transpose(Node& node) {
  ops::Transpose op;
  const int rank = node.operand(0).shape().rank();
  Integers reversed(static_cast<size_t>(rank));
  std::iota(reversed.rbegin(), reversed.rend(), 0);
  op.permutation = node.shape_of(node.integers("perm", reversed), "perm");
  return node.apply(op, {node.operand(0)});
}

} // namespace

std::span<const Rule> movement_rules() {
  static constexpr Rule rules[] = {
      {"Concat", 1, concat},
      {"DepthToSpace", 1, depth_to_space},
      {"Expand", 8, expand},
      {"Flatten", 1, plain<ops::Flatten>},
      {"Gather", 1, gather<ops::Gather>},
      {"GatherElements", 11, gather<ops::GatherElements>},
      {"Pad", 1, pad},
      {"Reshape", 1, reshape},
      {"Slice", 1, slice},
      {"SpaceToDepth", 1, space_to_depth},
      {"Split", 1, split},
      {"Squeeze", 1, squeeze},
      {"Tile", 6, tile},
      {"Transpose", 1, transpose},
      {"Unsqueeze", 1, unsqueeze},
  };
  return rules;
}

} // namespace fovea::import
