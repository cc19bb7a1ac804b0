#pragma once
#include "compiler/ir/plan.hpp"

#include <fovea/graph/network.hpp>

#include <string>
#include <vector>

namespace fovea::driver {

// The weights that a model runs with, kept alive and aligned to 64 bytes; copied only where the
// network's are not aligned.
class Weights {
 public:
  // `names`: the program's parameters, in its order. Throws Error, which lists all weights of the
  // network that have no contents.
  Weights(const Network& network, const std::vector<std::string>& names, SourceLocation location);
  // One per name.
  const std::vector<const void*>& data() const { return data_; }
  int64_t bytes() const { return bytes_; }

 private:
  std::vector<WeightData> kept_;
  std::vector<const void*> data_;
  int64_t bytes_ = 0;
};

// Those of the plan, in its order.
std::vector<std::string> parameter_names(const ir::Plan& plan);

// Throws Error, which lists all weights of the network that have no contents.
void check_weights_set(const Network& network, SourceLocation location);

} // namespace fovea::driver
