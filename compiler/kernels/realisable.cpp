#include "compiler/kernels/realisable.hpp"

#include "compiler/kernels/normalise.hpp"

#include <algorithm>
#include <numeric>

namespace fovea::kernels {

int64_t bytes_moved(const catalogue::Algorithm& algorithm, const catalogue::Problem& problem) {
  const auto add = [](int64_t sum, const TensorType& type) { return sum + type.bytes(); };
  const std::vector<TensorType> operands = catalogue::operand_types(algorithm, problem);
  const std::vector<TensorType> results = catalogue::result_types(problem);
  return std::accumulate(operands.begin(), operands.end(), int64_t{0}, add) +
         std::accumulate(results.begin(), results.end(), int64_t{0}, add);
}

catalogue::Cost cost_of(const catalogue::Algorithm& algorithm, const catalogue::Problem& problem,
                        const Work& work, const catalogue::Machine& machine) {
  constexpr double not_hidden = 0.15; // of the shorter of the two, behind the longer
  catalogue::Cost cost;
  cost.macs = count_macs(problem.definition);
  cost.bytes = bytes_moved(algorithm, problem);
  const double computing = work.seconds / std::max(work.shared * machine.parallel_speedup, 1.0);
  // What is small is where the kernel before has left it.
  const bool cached = cost.bytes <= problem.target.l2_bytes;
  const double moving =
      static_cast<double>(cost.bytes) /
      (cached ? machine.cached_bytes_per_second : machine.bytes_per_second * work.bandwidth);
  cost.seconds = std::max(computing, moving) + not_hidden * std::min(computing, moving) +
                 (work.shared > 0 ? machine.dispatch_seconds : 0);
  return cost;
}

} // namespace fovea::kernels
