#pragma once
#include <fovea/emit.hpp>

#include <string>
#include <vector>

namespace fovea::driver {

// How the network is compiled for each target of a library, the best first: one of those that a
// processor can run stands before others that it can run, and needs more. Throws Error where a
// library cannot hold them.
std::vector<CompileOptions> options_for_targets(const EmitOptions& options,
                                                SourceLocation location);

} // namespace fovea::driver
