#include "compiler/import/onnx/model.hpp"
#include "compiler/import/onnx/rules.hpp"

#include <fovea/all_ops.hpp>

#include <cmath>
#include <limits>

// Element by element.
namespace fovea::import {
namespace {

Datum cast_to(Node& node, const Datum& x, DType dtype) {
  ops::Cast op;
  op.dtype = dtype;
  return x.dtype() == dtype ? x : node.value(op, {x});
}

Data cast(Node& node) {
  DType dtype{};
  const auto to = static_cast<int32_t>(node.integer("to", 0));
  node.integer("saturate", 1); // of 8-bit floats
  node.text("round_mode", "up");
  if (!find_dtype(to, dtype))
    node.fail("it makes elements that are not supported",
              "FLOAT, FLOAT16, BFLOAT16, DOUBLE, INT8, UINT8, INT32, INT64 or BOOL",
              data_type_name(to));
  return {cast_to(node, node.operand(0), dtype)};
}

Data cast_like(Node& node) {
  node.integer("saturate", 1);
  node.text("round_mode", "up");
  return {cast_to(node, node.operand(0), node.operand(1).dtype())};
}

// The bounds are attributes in old versions. Where they are known they become attributes; else they
// are operands. As in ONNX the upper bound wins where they cross.
Data clip(Node& node) {
  ops::Clip op;
  const Datum& x = node.operand(0);
  if (node.opset() < 11) {
    op.min = node.number("min", std::numeric_limits<float>::lowest());
    op.max = node.number("max", std::numeric_limits<float>::max());
    return node.apply(op, {x});
  }
  const auto is_number = [&](int k) {
    return !node.has(k) || (node.operand(k).constant() && node.operand(k).shape().elements() == 1);
  };
  if (is_number(1) && is_number(2)) {
    op.min = node.has(1) ? node.known_number(1, "the lower bound") : op.min;
    op.max = node.has(2) ? node.known_number(2, "the upper bound") : op.max;
    if (!(op.min > op.max))
      return node.apply(op, {x});
  }
  Datum result = x;
  if (node.has(1))
    result = node.value(ops::Maximum{}, {result, node.operand(1)});
  if (node.has(2))
    result = node.value(ops::Minimum{}, {result, node.operand(2)});
  return {result};
}

Data gelu(Node& node) {
  ops::Gelu op;
  const std::string approximate = node.text("approximate", "none");
  if (!parse(approximate, op.approximate))
    node.fail("its approximation is unknown", "none or tanh", approximate);
  return node.apply(op, {node.operand(0)});
}

Data is_inf(Node& node) {
  ops::IsInf op;
  op.detect_negative = node.flag("detect_negative", true);
  op.detect_positive = node.flag("detect_positive", true);
  return node.apply(op, {node.operand(0)});
}

// The remainder of floats without `fmod` has the divisor's sign, as Python's %.
Data mod(Node& node) {
  ops::Mod op;
  op.fmod = node.flag("fmod", false);
  const Datum &a = node.operand(0), &b = node.operand(1);
  if (op.fmod || !is_float(a.dtype()))
    return node.apply(op, {a, b});
  op.fmod = true; // of the dividend's sign
  const Datum zero = scalar(a.dtype(), 0), rest = node.value(op, {a, b});
  const Datum signs_differ = node.value(ops::LogicalXor{}, {node.value(ops::Less{}, {rest, zero}),
                                                            node.value(ops::Less{}, {b, zero})});
  const Datum moves =
      node.value(ops::LogicalAnd{}, {signs_differ, node.value(ops::NotEqual{}, {rest, zero})});
  return node.apply(ops::Where{}, {moves, node.value(ops::Add{}, {rest, b}), rest});
}

// Before version 7 the second operand's shape is a part of the first's, which begins at `axis`;
// where that is left out, it ends with the first's.
template <class Op>
Data with_part(Node& node) {
  const Datum &a = node.operand(0), &part = node.operand(1);
  const int missing = a.shape().rank() - part.shape().rank();
  const int first = node.has_attribute("axis")
                        ? node.axis_of(node.integer("axis", 0), a.shape().rank())
                        : missing;
  if (!node.flag("broadcast", false) && !(a.shape() == part.shape()))
    node.fail("its operands have different shapes, and it has no attribute broadcast = 1",
              to_string(a.shape()), to_string(part.shape()));
  if (first > missing)
    node.fail("its second operand does not fit into its first from the axis on",
              to_string(a.shape()), to_string(part.shape()));
  ops::Reshape spread;
  spread.shape = part.shape() + Shape::filled(missing - first, 1);
  return node.apply(Op{}, {a, first == missing ? part : node.value(spread, {part})});
}

// Before version 7 with one slope, or one for each channel.
Data prelu_by_channel(Node& node) {
  const Datum &x = node.operand(0), &slope = node.operand(1);
  if (slope.shape().elements() == 1 || x.shape().rank() < 2)
    return node.apply(ops::Prelu{}, {x, slope});
  ops::Reshape spread;
  spread.shape = slope.shape() + Shape::filled(x.shape().rank() - 2, 1);
  return node.apply(ops::Prelu{}, {x, node.value(spread, {slope})});
}

// Bases and exponents may have different types; the result has the base's.
Data pow(Node& node) {
  const Datum &base = node.operand(0), &exponent = node.operand(1);
  const bool through_floats = is_float(exponent.dtype()) && !is_float(base.dtype());
  const DType common = through_floats ? exponent.dtype() : base.dtype();
  const Datum power =
      node.value(ops::Pow{}, {cast_to(node, base, common), cast_to(node, exponent, common)});
  return {cast_to(node, power, base.dtype())};
}

// One op after another over all operands.
template <class Op>
Datum folded(Node& node) {
  const Data operands = node.all_operands();
  Datum result = node.operand(0);
  for (size_t k = 1; k < operands.size(); ++k)
    result = node.value(Op{}, {result, operands[k]});
  return result;
}
template <class Op>
Data folded_over(Node& node) {
  return {folded<Op>(node)};
}

Data mean(Node& node) {
  const Datum all = folded<ops::Add>(node);
  const double count = node.operands();
  return node.apply(ops::Div{}, {all, scalar(all.dtype(), count)});
}

Data swish(Node& node) {
  const double alpha = node.number("alpha", 1);
  const Datum& x = node.operand(0);
  if (alpha == 1)
    return node.apply(ops::Silu{}, {x});
  const Datum scaled = node.value(ops::Mul{}, {x, scalar(x.dtype(), alpha)});
  return node.apply(ops::Mul{}, {x, node.value(ops::Sigmoid{}, {scaled})});
}

} // namespace

std::span<const Rule> pointwise_rules() {
  static constexpr Rule rules[] = {
      {"Abs", 6, plain<ops::Abs>},
      {"Acos", 7, plain<ops::Acos>},
      {"Acosh", 9, plain<ops::Acosh>},
      {"Add", 6, with_part<ops::Add>},
      {"Add", 7, plain<ops::Add>},
      {"And", 1, with_part<ops::LogicalAnd>},
      {"And", 7, plain<ops::LogicalAnd>},
      {"Asin", 7, plain<ops::Asin>},
      {"Asinh", 9, plain<ops::Asinh>},
      {"Atan", 7, plain<ops::Atan>},
      {"Atanh", 9, plain<ops::Atanh>},
      {"Cast", 6, cast},
      {"CastLike", 15, cast_like},
      {"Ceil", 6, plain<ops::Ceil>},
      {"Celu", 12, plain<ops::Celu>},
      {"Clip", 6, clip},
      {"Cos", 7, plain<ops::Cos>},
      {"Cosh", 9, plain<ops::Cosh>},
      {"Div", 6, with_part<ops::Div>},
      {"Div", 7, plain<ops::Div>},
      {"Elu", 6, plain<ops::Elu>},
      {"Equal", 1, with_part<ops::Equal>},
      {"Equal", 7, plain<ops::Equal>},
      {"Erf", 9, plain<ops::Erf>},
      {"Exp", 6, plain<ops::Exp>},
      {"Floor", 6, plain<ops::Floor>},
      {"Gelu", 20, gelu},
      {"Greater", 1, with_part<ops::Greater>},
      {"Greater", 7, plain<ops::Greater>},
      {"GreaterOrEqual", 12, plain<ops::GreaterEqual>},
      {"HardSigmoid", 6, plain<ops::HardSigmoid>},
      {"HardSwish", 14, plain<ops::HardSwish>},
      {"IsInf", 10, is_inf},
      {"IsNaN", 9, plain<ops::IsNan>},
      {"LeakyRelu", 6, plain<ops::LeakyRelu>},
      {"Less", 1, with_part<ops::Less>},
      {"Less", 7, plain<ops::Less>},
      {"LessOrEqual", 12, plain<ops::LessEqual>},
      {"Log", 6, plain<ops::Log>},
      {"Max", 6, folded_over<ops::Maximum>},
      {"Mean", 6, mean},
      {"Min", 6, folded_over<ops::Minimum>},
      {"Mish", 18, plain<ops::Mish>},
      {"Mod", 10, mod},
      {"Mul", 6, with_part<ops::Mul>},
      {"Mul", 7, plain<ops::Mul>},
      {"Neg", 6, plain<ops::Neg>},
      {"Not", 1, plain<ops::LogicalNot>},
      {"Or", 1, with_part<ops::LogicalOr>},
      {"Or", 7, plain<ops::LogicalOr>},
      {"PRelu", 6, prelu_by_channel},
      {"PRelu", 7, plain<ops::Prelu>},
      {"Pow", 1, with_part<ops::Pow>},
      {"Pow", 7, pow},
      {"Reciprocal", 6, plain<ops::Reciprocal>},
      {"Relu", 6, plain<ops::Relu>},
      {"Round", 11, plain<ops::Round>},
      {"Selu", 6, plain<ops::Selu>},
      {"Shrink", 9, plain<ops::Shrink>},
      {"Sigmoid", 6, plain<ops::Sigmoid>},
      {"Sign", 9, plain<ops::Sign>},
      {"Sin", 7, plain<ops::Sin>},
      {"Sinh", 9, plain<ops::Sinh>},
      {"Softplus", 1, plain<ops::Softplus>},
      {"Softsign", 1, plain<ops::Softsign>},
      {"Sqrt", 6, plain<ops::Sqrt>},
      {"Sub", 6, with_part<ops::Sub>},
      {"Sub", 7, plain<ops::Sub>},
      {"Sum", 6, folded_over<ops::Add>},
      {"Swish", 24, swish},
      {"Tan", 7, plain<ops::Tan>},
      {"Tanh", 6, plain<ops::Tanh>},
      {"ThresholdedRelu", 10, plain<ops::ThresholdedRelu>},
      {"Where", 9, plain<ops::Where>},
      {"Xor", 1, with_part<ops::LogicalXor>},
      {"Xor", 7, plain<ops::LogicalXor>},
  };
  return rules;
}

} // namespace fovea::import
