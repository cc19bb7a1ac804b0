#pragma once
#include "compiler/driver/explain.hpp"

#include <fovea/compile.hpp>

#include <map>
#include <string>
#include <vector>

namespace fovea::command {

// What each kernel takes by the algorithm that was chosen and by each of the others that could
// compute it, in seconds: the median of the runs of a whole network on random inputs.
class MeasuredKernels {
 public:
  // Compiles and runs the network once for each rank of alternatives: all kernels by their choice,
  // then all by their best alternative, and so on; kernel by kernel where they cannot all be.
  // Every weight must be set.
  MeasuredKernels(const Network& network, const CompileOptions& options,
                  const std::vector<driver::KernelExplanation>& kernels);

  // Nothing where it could not be measured: 0.
  double seconds(const std::string& layer, const std::string& algorithm) const;

 private:
  std::map<std::pair<std::string, std::string>, double> seconds_; // layer, algorithm
};

} // namespace fovea::command
