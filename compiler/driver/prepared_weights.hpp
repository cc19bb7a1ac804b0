#pragma once
#include "compiler/driver/compilation.hpp"

#include <fovea/runtime/host_tensor.hpp>

namespace fovea::driver {

// What the compilation's plan prepares from its weights, computed now. Its kernels are compiled for
// this machine: what they compute is the target's.
struct PreparedWeights {
  // `weights`: one address per parameter of the plan. Throws Error.
  PreparedWeights(Compilation& compilation, const std::vector<const void*>& weights);

  host::HostTensor block; // Plan::prepared has the offsets
  std::vector<KernelInfo> kernels;
};

} // namespace fovea::driver
