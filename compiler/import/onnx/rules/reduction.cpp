#include "compiler/import/onnx/rules.hpp"

#include <fovea/all_ops.hpp>

#include <cmath>
#include <limits>

// Sums and maxima: matrix products, normalisation, reductions.
namespace fovea::import {
namespace {

// --- along axes
// -----------------------------------------------------------------------------------

// Over a new dimension of one element.
template <class Op>
Data reduce_singly(Node& node, Op op) {
  ops::Reshape reshape;
  reshape.shape = node.operand(0).shape() + Shape{1};
  op.axes = Shape{-1};
  op.keep_dims = false;
  return node.apply(op, {node.value(reshape, {node.operand(0)})});
}

constexpr double infinity = std::numeric_limits<double>::infinity();

// What reductions give where there is nothing to reduce.
template <class Op>
constexpr double of_nothing = 0;
template <>
constexpr double of_nothing<ops::ReduceLogSum> = -infinity;
template <>
constexpr double of_nothing<ops::ReduceLogSumExp> = -infinity;
template <>
constexpr double of_nothing<ops::ReduceMax> = -infinity;
template <>
constexpr double of_nothing<ops::ReduceMean> = std::numeric_limits<double>::quiet_NaN();
template <>
constexpr double of_nothing<ops::ReduceMin> = infinity;
template <>
constexpr double of_nothing<ops::ReduceProd> = 1;

// An empty tensor is known, whatever gives it: so is the result.
Data reduce_empty(Node& node, const Shape& axes, bool keep_dims, double value) {
  const Datum& x = node.operand(0);
  if (!is_float(x.dtype()) && x.dtype() != DType::boolean && !std::isfinite(value))
    node.fail("it reduces no elements, and integers have nothing for that");
  std::vector<bool> goes(static_cast<size_t>(x.shape().rank()), axes.empty());
  for (const int64_t axis : axes)
    goes[static_cast<size_t>(node.axis_of(axis, x.shape().rank()))] = true;
  Shape shape;
  for (int d = 0; d < x.shape().rank(); ++d)
    if (!goes[static_cast<size_t>(d)] || keep_dims)
      shape.push_back(goes[static_cast<size_t>(d)] ? 1 : x.shape()[d]);
  const bool is_truth = x.dtype() == DType::boolean;
  return {filled(shape, scalar(x.dtype(), is_truth ? value > 0 : value))};
}

// The axes were an attribute first. None: all of them, unless the model says that this means none.
template <class Op>
Data reduce(Node& node) {
  Op op;
  std::vector<int64_t> axes = node.integers("axes");
  if (node.has(1))
    axes = node.known_integers(1, "the axes");
  op.keep_dims = node.flag("keepdims", true);
  const bool none_is_none = node.flag("noop_with_empty_axes", false);
  op.axes = node.shape_of(axes, "axes");
  if (node.operand(0).shape().elements() == 0)
    return reduce_empty(node, op.axes, op.keep_dims, of_nothing<Op>);
  if (axes.empty() && none_is_none)
    return reduce_singly(node, op);
  return node.apply(op, {node.operand(0)});
}

template <class Op>
Data place_of_extremum(Node& node) {
  Op op;
  op.axis = node.integer("axis", 0);
  op.keep_dims = node.flag("keepdims", true);
  op.select_last_index = node.flag("select_last_index", false);
  return node.apply(op, {node.operand(0)});
}

// Softmax and its like: along one axis since version 13; before, over all dimensions from the axis
// on together.
template <class Op>
Data along_axis(Node& node) {
  Op op;
  op.axis = node.integer("axis", -1);
  return node.apply(op, {node.operand(0)});
}
template <class Op>
Data over_the_rest(Node& node) {
  const Shape shape = node.operand(0).shape();
  ops::Flatten flatten;
  flatten.axis = node.integer("axis", 1);
  Op op;
  op.axis = -1;
  ops::Reshape back;
  back.shape = shape;
  return node.apply(back, {node.value(op, {node.value(flatten, {node.operand(0)})})});
}

// --- products of matrices
// -------------------------------------------------------------------------

Data gemm(Node& node) {
  ops::Gemm op;
  if (node.opset() < 7)
    node.flag("broadcast", false); // of the third operand, as always since
  op.alpha = node.number("alpha", 1);
  op.beta = node.number("beta", 1);
  op.trans_a = node.flag("transA", false);
  op.trans_b = node.flag("transB", false);
  Data operands{node.operand(0), node.operand(1)};
  if (const Datum c = node.optional_operand(2); !c.absent())
    operands.push_back(c);
  // Of the common kind, with weights: a dense layer.
  const bool is_plain = op.alpha == 1 && op.beta == 1 && !op.trans_a && op.trans_b;
  const Shape b = operands[1].shape();
  if (is_plain && operands[1].constant() && b.rank() == 2 &&
      (operands.size() == 2 || operands[2].shape() == Shape{b[0]})) {
    ops::Dense dense;
    dense.outputs = b[0];
    dense.bias = operands.size() == 3;
    return node.apply(dense, operands);
  }
  return node.apply(op, operands);
}

// --- normalisation
// --------------------------------------------------------------------------------

Shape all_axes_but_channels(const Shape& x) {
  Shape axes;
  for (int d = 0; d < x.rank(); ++d)
    if (d != 1)
      axes.push_back(d);
  return axes;
}

// Mean of x, and of the squared distances from it, over `axes`.
struct Moments {
  Datum mean, variance;
};
Moments moments_of(Node& node, const Datum& x, const Shape& axes, bool keep_dims) {
  ops::ReduceMean kept;
  kept.axes = axes;
  kept.keep_dims = true;
  ops::ReduceMean op = kept;
  op.keep_dims = keep_dims;
  const Datum deviation = node.value(ops::Sub{}, {x, node.value(kept, {x})});
  return {node.value(op, {x}), node.value(op, {node.value(ops::Mul{}, {deviation, deviation})})};
}

// In training mode the batch's own statistics, and the stored ones moved towards them.
Data batch_normalization(Node& node) {
  ops::BatchNorm op;
  op.epsilon = node.number("epsilon", 1e-5);
  const double momentum = node.number("momentum", 0.9);
  const bool training =
      node.opset() < 7 ? !node.flag("is_test", false) : node.flag("training_mode", false);
  node.integer("spatial", 1);
  Data operands;
  for (int k = 0; k < 5; ++k)
    operands.push_back(node.operand(k));
  if (!training)
    return node.apply(op, operands);
  const Datum x = operands[0];
  const Moments batch = moments_of(node, x, all_axes_but_channels(x.shape()), false);
  const auto moved = [&](const Datum& stored, const Datum& own) {
    const Datum kept = node.value(ops::Mul{}, {stored, scalar(stored.dtype(), momentum)});
    const Datum fresh = node.value(ops::Mul{}, {own, scalar(own.dtype(), 1 - momentum)});
    return node.value(ops::Add{}, {kept, fresh});
  };
  return {node.value(op, {x, operands[1], operands[2], batch.mean, batch.variance}),
          moved(operands[3], batch.mean), moved(operands[4], batch.variance)};
}

Data instance_normalization(Node& node) {
  ops::InstanceNorm op;
  op.epsilon = node.number("epsilon", 1e-5);
  return node.apply(op, {node.operand(0), node.operand(1), node.operand(2)});
}

// Before version 21 scale and bias are given per group, and hold for each of its channels.
Data group_normalization(Node& node) {
  ops::GroupNorm op;
  op.epsilon = node.number("epsilon", 1e-5);
  op.groups = node.integer("num_groups", 1);
  node.integer("stash_type", 1);
  const Datum& x = node.operand(0);
  const int64_t channels = x.shape().rank() > 1 ? x.shape()[1] : 1;
  const auto per_channel = [&](const Datum& given) {
    if (node.opset() >= 21 || op.groups < 1)
      return given;
    ops::Reshape apart, together;
    ops::Expand spread;
    apart.shape = Shape{op.groups, 1};
    spread.shape = Shape{op.groups, channels / op.groups};
    together.shape = Shape{channels};
    return node.value(together, {node.value(spread, {node.value(apart, {given})})});
  };
  return node.apply(op, {x, per_channel(node.operand(1)), per_channel(node.operand(2))});
}

// The second and third result are the mean and the reciprocal of the deviation.
Data layer_normalization(Node& node) {
  ops::LayerNorm op;
  const Datum& x = node.operand(0);
  op.axis = node.axis_of(node.integer("axis", -1), x.shape().rank());
  op.epsilon = node.number("epsilon", 1e-5);
  node.integer("stash_type", 1);
  const Datum bias = node.optional_operand(2);
  op.bias = !bias.absent();
  Data operands{x, node.operand(1)};
  if (op.bias)
    operands.push_back(bias);
  Data results = node.apply(op, operands);
  if (node.wants(1) || node.wants(2)) {
    Shape axes;
    for (int d = static_cast<int>(op.axis); d < x.shape().rank(); ++d)
      axes.push_back(d);
    const Moments moments = moments_of(node, x, axes, true);
    const Datum shifted = node.value(ops::Add{}, {moments.variance, scalar(x.dtype(), op.epsilon)});
    results.push_back(moments.mean);
    results.push_back(node.value(ops::Reciprocal{}, {node.value(ops::Sqrt{}, {shifted})}));
  }
  return results;
}

Data mean_variance_normalization(Node& node) {
  const Datum& x = node.operand(0);
  const Shape axes = node.shape_of(node.integers("axes", {0, 2, 3}), "axes");
  const Moments moments = moments_of(node, x, axes, true);
  const Datum deviation = node.value(ops::Sub{}, {x, moments.mean});
  const Datum root = node.value(ops::Sqrt{}, {moments.variance});
  return node.apply(ops::Div{},
                    {deviation, node.value(ops::Add{}, {root, scalar(x.dtype(), 1e-9)})});
}

} // namespace

std::span<const Rule> reduction_rules() {
  static constexpr Rule rules[] = {
      {"ArgMax", 1, place_of_extremum<ops::ArgMax>},
      {"ArgMin", 1, place_of_extremum<ops::ArgMin>},
      {"BatchNormalization", 6, batch_normalization},
      {"Gemm", 6, gemm},
      {"GroupNormalization", 18, group_normalization},
      {"Hardmax", 1, over_the_rest<ops::Hardmax>},
      {"Hardmax", 13, along_axis<ops::Hardmax>},
      {"InstanceNormalization", 6, instance_normalization},
      {"LRN", 1, plain<ops::Lrn>},
      {"LayerNormalization", 17, layer_normalization},
      {"LogSoftmax", 1, over_the_rest<ops::LogSoftmax>},
      {"LogSoftmax", 13, along_axis<ops::LogSoftmax>},
      {"LpNormalization", 1, plain<ops::LpNormalization>},
      {"MatMul", 1, plain<ops::Matmul>},
      {"MeanVarianceNormalization", 9, mean_variance_normalization},
      {"ReduceL1", 1, reduce<ops::ReduceL1>},
      {"ReduceL2", 1, reduce<ops::ReduceL2>},
      {"ReduceLogSum", 1, reduce<ops::ReduceLogSum>},
      {"ReduceLogSumExp", 1, reduce<ops::ReduceLogSumExp>},
      {"ReduceMax", 1, reduce<ops::ReduceMax>},
      {"ReduceMean", 1, reduce<ops::ReduceMean>},
      {"ReduceMin", 1, reduce<ops::ReduceMin>},
      {"ReduceProd", 1, reduce<ops::ReduceProd>},
      {"ReduceSum", 1, reduce<ops::ReduceSum>},
      {"ReduceSumSquare", 1, reduce<ops::ReduceSumSquare>},
      {"Softmax", 1, over_the_rest<ops::Softmax>},
      {"Softmax", 13, along_axis<ops::Softmax>},
  };
  return rules;
}

} // namespace fovea::import
