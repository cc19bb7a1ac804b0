#pragma once
#include <fovea/compile.hpp>
#include <fovea/graph/network.hpp>

namespace fovea::command {

// How a network's kernels would keep 4 to 64 threads busy, each under the schedule that it gets for
// as many: simulated, on any machine.
void inspect_balance(const Network& network, const CompileOptions& options, bool as_json);

} // namespace fovea::command
