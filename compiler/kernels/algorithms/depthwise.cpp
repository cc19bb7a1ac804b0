#include "compiler/kernels/channel_vectors.hpp"
#include "compiler/kernels/channel_vectors_schedule.hpp"
#include "compiler/kernels/normalise.hpp"
#include "compiler/kernels/realisable.hpp"

#include <algorithm>

namespace fovea::kernels {
namespace {

using catalogue::Layout;
using catalogue::Problem;

// Convolutions in which each channel has a kernel of its own. The work is small for the data, so
// what counts is that each element is loaded once: rows that windows share stay in the cache, and
// what neighbouring windows share in registers.
class Depthwise : public HalideAlgorithm {
 public:
  std::string_view name() const override { return "depthwise"; }
  std::string_view summary() const override {
    return "channels or parts of rows in vectors, several windows at once, rows kept in the cache";
  }

  bool matches(const Problem& problem) const override {
    const auto windows = channel_windows(problem.definition);
    if (!windows || windows->weights < 0 || !has_channel_vectors(problem, *windows))
      return false;
    return in_channel_blocks(problem, *windows) || has_rows(problem.definition);
  }
  Layout preferred_operand_layout(const Problem& problem, int operand) const override {
    return channel_layout(problem, windows_of(problem), operand);
  }
  Layout preferred_result_layout(const Problem& problem, int) const override {
    return channel_layout_of_result(problem, windows_of(problem));
  }
  std::optional<Definition> preparation(const Problem& problem, int operand) const override {
    const ChannelWindows windows = windows_of(problem);
    if (operand != windows.weights)
      return std::nullopt;
    return packed_channel_weights(problem, windows);
  }

  // --- THE ALGORITHM ---
  Definition system(const Problem& problem) const override {
    return split_stages(simplify(channel_vectors(problem, windows_of(problem))));
  }
  SumArithmetic arithmetic() const override { return SumArithmetic::contracted; }

  // --- THE SCHEDULE ---
  catalogue::Schedule default_schedule(const Problem& problem) const override {
    return channel_vectors_schedule(system(problem), problem.target,
                                    in_channel_blocks(problem, windows_of(problem)));
  }

  catalogue::Cost cost(const Problem& problem, const catalogue::Machine& machine) const override {
    const double cycles = channel_vectors_cycles(problem, windows_of(problem));
    const Work work{.seconds = cycles * machine.cycle(problem.target),
                    .shared = runs_in_parallel(system(problem), problem.target) ? 1.0 : 0.0};
    return cost_of(*this, problem, work, machine);
  }

 private:
  static ChannelWindows windows_of(const Problem& problem) {
    return *channel_windows(problem.definition);
  }

  // Rows of one element are dot products, which need other code.
  static bool has_rows(const Definition& definition) {
    return definition.equations[0].free.back().extent > 1;
  }
};

} // namespace

const catalogue::Algorithm& depthwise_algorithm() {
  static const Depthwise algorithm;
  return algorithm;
}

} // namespace fovea::kernels
