#include "dsl/graph/remake.hpp"

namespace fovea {

Network Remake::run() {
  for (size_t value = 0; value < values_.size(); ++value)
    make(value);
  for (const OutputInfo& output : network_.outputs())
    made_.output(output.name, made(output.value), location_);
  return made_;
}

Shape Remake::parameter_shape(size_t value) const {
  return network_.values()[value].type.shape;
}

std::vector<Tensor<>> Remake::operands_of(const NodeInfo& node) const {
  std::vector<Tensor<>> operands;
  for (const int operand : node.operands)
    operands.push_back(made(operand));
  return operands;
}

void Remake::make(size_t value) {
  const ValueInfo& info = network_.values()[value];
  if (info.node >= 0) {
    if (info.result != 0)
      return; // made with the first one
    const std::vector<Tensor<>> results = apply(static_cast<size_t>(info.node));
    const NodeInfo& node = network_.nodes()[static_cast<size_t>(info.node)];
    for (size_t k = 0; k < results.size(); ++k)
      values_[static_cast<size_t>(node.results[k])] = results[k];
  } else if (info.is_parameter) {
    values_[value] =
        made_.parameter(info.name, parameter_shape(value), info.type.dtype, info.location);
    if (const WeightData& weight = network_.weight(static_cast<int>(value)); weight.data)
      made_.set_weight(values_[value].value(), weight);
  } else {
    values_[value] = made_.input(info.name, input_shape(info), info.type.dtype, info.location);
  }
}

} // namespace fovea
