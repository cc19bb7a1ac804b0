#pragma once
#include <fovea/graph/network.hpp>

#include <vector>

namespace fovea {

// A network made once more, value by value in the order in which they were made, with what derived
// classes change. Weights are shared.
class Remake {
 public:
  Remake(const Network& network, SourceLocation location)
      : network_(network), location_(location), made_(network.name(), location),
        values_(network.values().size()) {}
  virtual ~Remake() = default;
  Network run();

 protected:
  virtual Shape input_shape(const ValueInfo& input) const { return input.type.shape; }
  // With as many elements as before.
  virtual Shape parameter_shape(size_t value) const;
  // The results of a node, whose operands are made.
  virtual std::vector<Tensor<>> apply(size_t node) = 0;

  std::vector<Tensor<>> operands_of(const NodeInfo& node) const;
  std::vector<Tensor<>> apply_to(const OpPtr& op, const NodeInfo& node) {
    return made_.apply_to_operands(op, operands_of(node), node.layer, node.location);
  }
  const Tensor<>& made(int value) const { return values_[static_cast<size_t>(value)]; }

  const Network& network_;
  const SourceLocation location_;

 private:
  void make(size_t value);

  Network made_;
  std::vector<Tensor<>> values_; // by value number, the same in both networks
};

} // namespace fovea
