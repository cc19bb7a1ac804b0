#pragma once
#include <fovea/any_shape_model.hpp>
#include <fovea/emit.hpp>

#include <span>

namespace fovea::driver {

// Throws Error where networks are not one network at several sets of shapes, which a library can
// tell apart: see emit().
void check_sets(std::span<const Network> sets, WeightsPlace weights, SourceLocation location);

// The shapes of inputs, or of a network's: "x 1x3x224x224, mask 1x224".
std::string shapes_text(const Shapes& shapes);
std::string shapes_text(const Network& network);

} // namespace fovea::driver
