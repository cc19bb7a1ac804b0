#pragma once
#include <fovea/catalogue/algorithm.hpp>
#include <fovea/catalogue/kernel.hpp>
#include <fovea/compile.hpp>

#include <string>
#include <vector>

namespace fovea::driver {

// How one kernel of a network is computed, and why so.
struct KernelExplanation {
  std::string layer;                   // the anchor's
  std::vector<std::string> layers;     // all that it computes: "conv1", "tanh"
  std::string ops;                     // "conv tanh"
  std::vector<std::string> same_as_it; // layers of other calls that run this very kernel
  catalogue::KernelRequest request;    // definition, algorithm, schedule, target, symbol
  std::string algorithm_summary;
  bool schedule_is_given = false; // by the user, not the algorithm's default
  catalogue::Cost cost;           // estimated
  struct Alternative {
    std::string algorithm, summary;
    catalogue::Cost cost; // under its default schedule
  };
  std::vector<Alternative> alternatives; // that match too, the best first
};

// Lowers a network without compiling a kernel; weights need not be set. One explanation for each
// distinct kernel, in the order of execution. Throws Error.
std::vector<KernelExplanation> explain(const Network& network, const CompileOptions& options,
                                       SourceLocation location);

// What the kernel compiler makes on the way. Compiles the kernel. Throws Error.
catalogue::KernelDump dump(const KernelExplanation& kernel);

} // namespace fovea::driver
