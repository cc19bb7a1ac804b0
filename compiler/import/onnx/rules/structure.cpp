#include "compiler/import/onnx/rules.hpp"

#include <fovea/ops/expand.hpp>

#include <algorithm>

// What is known without a network, and what does nothing.
namespace fovea::import {
namespace {

Data constant(Node& node) {
  if (node.has_attribute("value"))
    return {node.tensor("value")};
  if (node.has_attribute("value_int"))
    return {make_integers({}, {}, {node.integer("value_int", 0)})};
  if (node.has_attribute("value_ints")) {
    const std::vector<int64_t> values = node.integers("value_ints");
    return {make_integers({}, Shape{static_cast<int64_t>(values.size())}, values)};
  }
  const auto floats = [](const Shape& shape, const std::vector<double>& values) {
    const std::vector<float> narrow(values.begin(), values.end());
    return make_constant({}, {DType::f32, shape}, narrow.data());
  };
  if (node.has_attribute("value_float"))
    return {floats({}, {node.number("value_float", 0)})};
  if (node.has_attribute("value_floats")) {
    const std::vector<double> values = node.numbers("value_floats");
    return {floats(Shape{static_cast<int64_t>(values.size())}, values)};
  }
  node.fail("it has no value that is a tensor of numbers",
            "one of value, value_float, value_floats, value_int, value_ints");
}

Data identity(Node& node) {
  return {node.operand(0)};
}

// `element` everywhere: memory for many of them is not needed before the network is compiled.
Datum repeated(Node& node, const Shape& shape, const Constant& element) {
  if (shape.elements() == 0)
    return filled(shape, element);
  ops::Expand op;
  op.shape = shape;
  return node.value(op, {element});
}

// Nothing is dropped; the second result says where.
Data dropout(Node& node) {
  const double stated = node.number("ratio", 0.5); // in old versions
  const double ratio = node.has(1) ? node.known_number(1, "the ratio") : stated;
  if (node.has(2) && node.known_number(2, "training_mode") != 0 && ratio != 0)
    node.fail("it is in training mode, where it draws random numbers", "training_mode false",
              "true", "export the model for inference");
  if (node.opset() < 7 && !node.flag("is_test", false))
    node.fail("it is in training mode, where it draws random numbers", "is_test = 1", "is_test = 0",
              "export the model for inference");
  node.integer("seed", 0);
  const Datum& x = node.operand(0);
  Data results{x};
  if (node.wants(1))
    results.push_back(
        repeated(node, x.shape(), scalar(node.opset() < 10 ? x.dtype() : DType::boolean, 1)));
  return results;
}

Data constant_of_shape(Node& node) {
  const Shape shape = node.shape_of(node.known_integers(0, "the shape"), "the shape");
  for (const int64_t extent : shape)
    if (extent < 0)
      node.fail("the shape has a negative extent", "extents >= 0", to_string(shape));
  const Constant element =
      node.has_attribute("value") ? node.tensor("value") : scalar(DType::f32, 0);
  if (element.elements() != 1)
    node.fail("its value is not one number", "one element", to_string(element.type));
  return {repeated(node, shape, element)};
}

Data shape(Node& node) {
  const Shape all = node.operand(0).shape();
  const auto place = [&](int64_t k) {
    return static_cast<int>(std::clamp<int64_t>(k < 0 ? k + all.rank() : k, 0, all.rank()));
  };
  const int start = place(node.integer("start", 0));
  const int end = place(node.integer("end", all.rank()));
  const Shape part = all.slice(start, std::max(start, end));
  return {make_integers({}, Shape{part.rank()}, part.to_vector())};
}

Data size(Node& node) {
  return {make_integers({}, {}, {node.operand(0).shape().elements()})};
}

} // namespace

std::span<const Rule> structure_rules() {
  static constexpr Rule rules[] = {
      {"Constant", 1, constant}, {"ConstantOfShape", 9, constant_of_shape},
      {"Dropout", 6, dropout},   {"Identity", 1, identity},
      {"Shape", 1, shape},       {"Size", 1, size},
  };
  return rules;
}

} // namespace fovea::import
