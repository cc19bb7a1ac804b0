#pragma once
#include <fovea/emit.hpp>

#include <span>

namespace fovea::driver {

// Throws Error where networks are not one network at several sets of shapes, which a library can
// tell apart: see emit().
void check_sets(std::span<const Network> sets, WeightsPlace weights, SourceLocation location);

// The shapes of a network's inputs: "x 1x3x224x224, mask 1x224".
std::string shapes_text(const Network& network);

} // namespace fovea::driver
