#pragma once
#include <fovea/graph/network.hpp>

#include <cstdint>
#include <string>

namespace fovea::testing {

struct GraphCheck {
  uint64_t seed = 1;      // of weights, inputs, and what else is left open
  std::string title = {}; // what a crash says: how to repeat the case
};

// What was compared, to see that bounds are not so wide that anything passes.
struct GraphReport {
  std::string failure;  // empty: all agree
  int64_t elements = 0; // floats that were compared
  int64_t vague = 0;    // of those: with a bound above a thousandth of what they are, or of 1
  int transformed = 0;  // kernels whose sums were transformed
};

// Compiles the network without optimisation, with all of it in exact arithmetic, and with all of it
// in fast arithmetic where one kernel gets another algorithm than the best; runs each between guard
// pages by one thread and by three, and compares with the interpreter within its bounds. The
// optimised ones are for this machine, or for fewer of its instructions. Sets the weights.
GraphReport check_graph(Network network, const GraphCheck& check);

} // namespace fovea::testing
