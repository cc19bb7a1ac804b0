#pragma once
#include <fovea/dsl.hpp>

#include <cstdint>
#include <string>

// Small networks at random: ops, shapes, attributes and how they hang together. Many hold what the
// passes look for: residuals, bottlenecks, squeeze-and-excite, branches that join, repetitions, ops
// that nobody reads, several outputs. Nothing here knows how a network is checked.
namespace fovea::testing {

struct RandomGraph {
  Network network; // weights are not set
  int steps = 0;   // that made it; a step adds one op, or a block of them
};

// Equal for equal arguments. Fewer steps give the beginning of the same graph: what a search for
// the smallest one that fails needs.
RandomGraph random_graph(uint64_t seed, int most_steps = 1000);

// One line for each input, op and output: "relu_2: 1x8x6x6xf32 = relu(conv)".
std::string to_text(const Network& network);

} // namespace fovea::testing
