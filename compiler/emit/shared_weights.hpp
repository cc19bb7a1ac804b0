#pragma once
#include "compiler/ir/plan.hpp"

#include <vector>

namespace fovea::emission {

// Plans of one network for several sets of shapes, as programs of one library: all with the same
// list of parameters, in which equal weights stand once, and the same prepared memory, which the
// preparations of the first plan fill for all.
struct SharedWeights {
  std::vector<ir::Plan> plans;
  std::vector<const void*> data; // one per parameter; empty where the caller gives the weights
};

// `data`: for each plan, where the contents of its parameters are. The plans prepare nothing
// (StoredWeights).
SharedWeights share_stored_weights(std::vector<ir::Plan> plans,
                                   const std::vector<std::vector<const void*>>& data);

// Of plans whose caller gives the weights, and which therefore have the same parameters already.
SharedWeights share_preparations(std::vector<ir::Plan> plans);

} // namespace fovea::emission
