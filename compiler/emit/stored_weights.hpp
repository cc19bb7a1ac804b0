#pragma once
#include "compiler/ir/plan.hpp"

#include <cstddef>
#include <vector>

namespace fovea::emission {

// A network whose weights are known when it is compiled, as a library holds it: what was prepared
// takes the place of the weights that only preparations read. Nothing is left to prepare.
struct StoredWeights {
  explicit StoredWeights(const ir::Plan& network);

  // Its parameters are what is stored: weights as they are, then what was prepared.
  ir::Plan plan;

  // Where each parameter's contents are, given those of the network's parameters and what its
  // preparations made of them.
  std::vector<const void*> data(const std::vector<const void*>& parameters,
                                const std::byte* prepared) const;

 private:
  std::vector<size_t> kept_;     // numbers of the network's parameters
  std::vector<int64_t> offsets_; // in what was prepared
};

} // namespace fovea::emission
