#include "compiler/command/explain_measure.hpp"

#include "compiler/command/bench_measure.hpp"
#include "compiler/command/command.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <span>

namespace fovea::command {
namespace {

// What to ask for that these kernels are computed by their alternatives of that rank, if they have
// as many; the compiler's own choices stand elsewhere.
CompileOptions with_alternatives(const CompileOptions& options,
                                 std::span<const driver::KernelExplanation> kernels, size_t rank) {
  CompileOptions chosen = options;
  chosen.warning = nullptr; // the choice itself has said all
  chosen.schedules.clear(); // which are the choice's
  for (const driver::KernelExplanation& kernel : kernels) {
    if (rank < kernel.alternatives.size())
      chosen.algorithms[kernel.layer] = kernel.alternatives[rank].algorithm;
    chosen.schedules[kernel.layer] = {}; // nor is an op's own for another algorithm
  }
  return chosen;
}

} // namespace

MeasuredKernels::MeasuredKernels(const Network& network, const CompileOptions& options,
                                 const std::vector<driver::KernelExplanation>& kernels) {
  // Another choice may change what is one kernel: then its time is that of something else.
  std::map<std::string, std::string> ops;
  size_t ranks = 0;
  for (const driver::KernelExplanation& kernel : kernels) {
    ops[kernel.layer] = kernel.ops;
    ranks = std::max(ranks, kernel.alternatives.size());
  }
  const auto run = [&](const CompileOptions& chosen) {
    const Model model = compile(network, chosen, nowhere);
    BenchPlan plan;
    plan.seconds = 0.4;
    const BenchTimes times = measure(model.runtime(), plan);
    for (const host::KernelStatistics& kernel : times.kernels)
      if (ops[kernel.layer] == kernel.ops)
        seconds_.try_emplace({kernel.layer, kernel.algorithm}, kernel.median_seconds);
  };
  run(options);
  for (size_t rank = 0; rank < ranks; ++rank)
    try {
      run(with_alternatives(options, kernels, rank));
    } catch (const Error&) { // of one, or of its neighbours, which are no longer what they were
      for (const driver::KernelExplanation& kernel : kernels)
        try {
          if (rank < kernel.alternatives.size())
            run(with_alternatives(options, {&kernel, 1}, rank));
        } catch (const Error& error) {
          if (options.warning)
            options.warning(
                {.what = fmt::format("layer '{}' was not measured by {}: {}", kernel.layer,
                                     kernel.alternatives[rank].algorithm, error.what())});
        }
    }
}

double MeasuredKernels::seconds(const std::string& layer, const std::string& algorithm) const {
  const auto found = seconds_.find({layer, algorithm});
  return found == seconds_.end() ? 0 : found->second;
}

} // namespace fovea::command
