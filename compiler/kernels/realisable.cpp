#include "compiler/kernels/realisable.hpp"

#include <algorithm>

namespace fovea::kernels {

namespace {

// Of one run, as it is stored, each tensor once. What is prepared are weights: between two uses all
// others are read.
struct MovedBytes {
  int64_t weights = 0, others = 0;
};

MovedBytes moved_by(const catalogue::Algorithm& algorithm, const catalogue::Problem& problem) {
  MovedBytes moved;
  const std::vector<TensorType> operands = catalogue::operand_types(algorithm, problem);
  for (size_t k = 0; k < operands.size(); ++k)
    (problem.forms.is_prepared(static_cast<int>(k)) ? moved.weights : moved.others) +=
        operands[k].bytes();
  for (const TensorType& type : catalogue::result_types(problem))
    moved.others += type.bytes();
  return moved;
}

} // namespace

catalogue::Cost cost_of(const catalogue::Algorithm& algorithm, const catalogue::Problem& problem,
                        const Work& work, const catalogue::Machine& machine) {
  constexpr double not_hidden = 0.15; // of the shorter of the two, behind the longer
  catalogue::Cost cost;
  cost.macs = count_macs(problem.definition);
  const MovedBytes moved = moved_by(algorithm, problem);
  cost.bytes = moved.weights + moved.others;
  const double computing = work.seconds / std::max(work.shared * machine.parallel_speedup, 1.0);
  const catalogue::Target& target = problem.target;
  const auto seconds = [](int64_t bytes, double bandwidth) {
    return static_cast<double>(bytes) / bandwidth;
  };
  const double moving = cost.bytes <= target.l2_bytes
                            ? seconds(cost.bytes, machine.cached_bytes_per_second)
                            : (seconds(moved.weights, machine.bytes_per_second) +
                               seconds(moved.others, machine.bandwidth(moved.others, target))) /
                                  work.bandwidth;
  cost.seconds = std::max(computing, moving) + not_hidden * std::min(computing, moving) +
                 (work.shared > 0 ? machine.dispatch_seconds : 0);
  return cost;
}

} // namespace fovea::kernels
