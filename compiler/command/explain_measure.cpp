#include "compiler/command/explain_measure.hpp"

#include "compiler/command/bench_measure.hpp"
#include "compiler/command/command.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace fovea::command {
namespace {

// Of a kernel, in the order of their estimates: the choice, then the others.
std::string algorithm_of(const driver::KernelExplanation& kernel, size_t rank) {
  if (rank == 0)
    return kernel.request.algorithm;
  return rank <= kernel.alternatives.size() ? kernel.alternatives[rank - 1].algorithm
                                            : kernel.request.algorithm;
}

} // namespace

MeasuredKernels::MeasuredKernels(const Network& network, const CompileOptions& options,
                                 const std::vector<driver::KernelExplanation>& kernels) {
  size_t ranks = 1;
  for (const driver::KernelExplanation& kernel : kernels)
    ranks = std::max(ranks, 1 + kernel.alternatives.size());
  for (size_t rank = 0; rank < ranks; ++rank) {
    CompileOptions chosen = options;
    if (rank > 0)
      chosen.schedules.clear(); // which are the choice's
    for (const driver::KernelExplanation& kernel : kernels)
      chosen.algorithms[kernel.layer] = algorithm_of(kernel, rank);
    try {
      const Model model = compile(network, chosen, nowhere);
      BenchPlan plan;
      plan.seconds = 0.4;
      const BenchTimes times = measure(model.runtime(), plan);
      for (const host::KernelStatistics& kernel : times.kernels)
        seconds_.try_emplace({kernel.layer, kernel.algorithm}, kernel.median_seconds);
    } catch (const Error& error) { // an alternative that does not compile: the others still count
      if (rank == 0)
        throw;
      if (options.warning)
        options.warning({.what = fmt::format("the choices of rank {} were not measured: {}",
                                             rank + 1, error.what())});
    }
  }
}

double MeasuredKernels::seconds(const std::string& layer, const std::string& algorithm) const {
  const auto found = seconds_.find({layer, algorithm});
  return found == seconds_.end() ? 0 : found->second;
}

} // namespace fovea::command
