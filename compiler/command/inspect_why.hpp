#pragma once
#include <fovea/compile.hpp>
#include <fovea/graph/network.hpp>

namespace fovea::command {

// Why a network's kernels are what they are: the algorithms that could compute each and what spoke
// against the others, which layers are one kernel and why their neighbours are not, and in which
// order tensors lie in memory.
void inspect_why(const Network& network, const CompileOptions& options, bool as_json);

} // namespace fovea::command
