#include <fovea/graph/network.hpp>

#include <fmt/format.h>

namespace fovea {
namespace {

// The values of a network, made once more in the order in which they were made.
class Rebatching {
 public:
  Rebatching(const Network& network, int64_t batch, SourceLocation location)
      : network_(network), batch_(batch), location_(location), made_(network.name(), location) {}

  Network run() {
    values_.resize(network_.values().size());
    for (size_t value = 0; value < values_.size(); ++value)
      make(value);
    for (const OutputInfo& output : network_.outputs())
      made_.output(output.name, values_[static_cast<size_t>(output.value)], location_);
    return made_;
  }

 private:
  void make(size_t value) {
    const ValueInfo& info = network_.values()[value];
    if (info.node >= 0) {
      if (info.result == 0)
        apply(network_.nodes()[static_cast<size_t>(info.node)]);
    } else if (info.is_parameter) {
      values_[value] = made_.parameter(info.name, info.type.shape, info.type.dtype, info.location);
      if (const WeightData& weight = network_.weight(static_cast<int>(value)); weight.data)
        made_.set_weight(values_[value].value(), weight);
    } else {
      values_[value] = made_.input(info.name, with_leading(info), info.type.dtype, info.location);
    }
  }

  Shape with_leading(const ValueInfo& input) const {
    Shape shape = input.type.shape;
    if (shape.empty())
      throw Error({.what = fmt::format("with_batch: input '{}' has no batch", input.name),
                   .where = location_,
                   .expected = "inputs with one dimension or more",
                   .got = "a scalar"});
    shape[0] = batch_;
    return shape;
  }

  void apply(const NodeInfo& node) {
    std::vector<Tensor<>> operands;
    for (int operand : node.operands)
      operands.push_back(values_[static_cast<size_t>(operand)]);
    std::vector<Tensor<>> results;
    try {
      results = made_.apply_to_operands(node.op, operands, node.layer, node.location);
    } catch (const Error& error) {
      ErrorParts parts = error.parts();
      parts.what = fmt::format("with batch {}: {}", batch_, parts.what);
      throw Error(std::move(parts));
    }
    for (size_t k = 0; k < results.size(); ++k)
      values_[static_cast<size_t>(node.results[k])] = results[k];
  }

  const Network& network_;
  const int64_t batch_;
  const SourceLocation location_;
  Network made_;
  std::vector<Tensor<>> values_; // by value number, the same in both networks
};

} // namespace

Network with_batch(const Network& network, int64_t batch, SourceLocation location) {
  if (batch < 1)
    throw Error({.what = fmt::format("with_batch: network '{}'", network.name()),
                 .where = location,
                 .expected = "a batch of 1 or more",
                 .got = std::to_string(batch)});
  return Rebatching(network, batch, location).run();
}

} // namespace fovea
