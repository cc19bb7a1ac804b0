#pragma once
#include "compiler/ir/plan.hpp"

#include <vector>

namespace fovea::emission {

// Plans of one network for several sets of shapes or targets, as programs of one library: all with
// the same list of parameters, in which equal weights stand once. The sets of a target have the
// same prepared memory, which the preparations of the first fill for all.
struct SharedWeights {
  std::vector<ir::Plan> plans;
  std::vector<const void*> data; // one per parameter; empty where the caller gives the weights
};

// `data`: for each plan, where the contents of its parameters are.
SharedWeights share_stored_weights(std::vector<ir::Plan> plans,
                                   const std::vector<std::vector<const void*>>& data);

// Of plans that have the same parameters already, as where the caller gives the weights. `sets`: so
// many plans after one another are of one target, and share what it prepares.
std::vector<ir::Plan> share_preparations(std::vector<ir::Plan> plans, size_t sets);

} // namespace fovea::emission
