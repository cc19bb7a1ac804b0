#pragma once
#include "compiler/kernels/channel_vectors.hpp"
#include "compiler/kernels/channel_vectors_schedule.hpp"
#include "compiler/kernels/realisable.hpp"

namespace fovea::kernels {

// What algorithms by channel_vectors.hpp have in common. Each element is loaded once; the work is
// small for the data.
class ChannelVectorsAlgorithm : public HalideAlgorithm {
 public:
  catalogue::Layout preferred_operand_layout(const catalogue::Problem& problem,
                                             int operand) const final {
    return channel_layout(problem, windows_of(problem), operand);
  }
  catalogue::Layout preferred_result_layout(const catalogue::Problem& problem, int) const final {
    return channel_layout_of_result(problem, windows_of(problem));
  }
  SumArithmetic arithmetic() const final { return SumArithmetic::contracted; }

  catalogue::Cost cost(const catalogue::Problem& problem,
                       const catalogue::Machine& machine) const final {
    const Work work{.seconds = cycles(problem) * machine.cycle(problem.target),
                    .shared = runs_in_parallel(system(problem), problem.target) ? 1.0 : 0.0};
    return cost_of(*this, problem, work, machine);
  }

 protected:
  // Estimated, of one core.
  virtual double cycles(const catalogue::Problem& problem) const {
    return channel_vectors_cycles(problem, windows_of(problem));
  }

  // Of a problem that it matches.
  static ChannelWindows windows_of(const catalogue::Problem& problem) {
    return *channel_windows(problem.definition);
  }
  // Elements of the result that are neighbours: vectors. Rows of one element are dot products.
  static bool has_rows(const Definition& definition) {
    return definition.equations[0].free.back().extent > 1;
  }
  static catalogue::Schedule schedule(const catalogue::Problem& problem, const Definition& stages) {
    return channel_vectors_schedule(stages, problem.target,
                                    in_channel_blocks(problem, windows_of(problem)));
  }
};

} // namespace fovea::kernels
