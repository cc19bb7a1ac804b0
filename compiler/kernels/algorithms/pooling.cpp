#include "compiler/kernels/pooling.hpp"

#include "compiler/kernels/channel_vectors_schedule.hpp"
#include "compiler/kernels/normalise.hpp"
#include "compiler/kernels/realisable.hpp"

namespace fovea::kernels {
namespace {

using catalogue::Layout;
using catalogue::Problem;

// Maxima, minima, sums and averages over windows of one tensor, with what follows element by
// element. Each element is loaded from memory once; a window that is the whole map is reduced in
// vectors along it, or over channels.
class Pooling : public HalideAlgorithm {
 public:
  std::string_view name() const override { return "pooling"; }
  std::string_view summary() const override {
    return "channels or parts of rows in vectors, several windows at once, whole maps in parts";
  }

  bool matches(const Problem& problem) const override {
    const auto windows = channel_windows(problem.definition);
    if (!windows || windows->weights >= 0 || !has_channel_vectors(problem, *windows))
      return false;
    return in_channel_blocks(problem, *windows) || has_rows(problem.definition) ||
           is_whole_map(problem);
  }
  Layout preferred_operand_layout(const Problem& problem, int operand) const override {
    return channel_layout(problem, windows_of(problem), operand);
  }
  Layout preferred_result_layout(const Problem& problem, int) const override {
    return channel_layout_of_result(problem, windows_of(problem));
  }

  // --- THE ALGORITHM ---
  Definition system(const Problem& problem) const override {
    if (by_whole_maps(problem))
      return whole_map_stages(problem);
    const Tabled tabled = with_tables(problem, windows_of(problem));
    return split_stages(simplify(channel_vectors(tabled.problem, tabled.windows)));
  }
  SumArithmetic arithmetic() const override { return SumArithmetic::contracted; }

  // --- THE SCHEDULE ---
  catalogue::Schedule default_schedule(const Problem& problem) const override {
    if (by_whole_maps(problem))
      return whole_map_schedule(problem);
    return channel_vectors_schedule(system(problem), problem.target,
                                    in_channel_blocks(problem, windows_of(problem)));
  }

  catalogue::Cost cost(const Problem& problem, const catalogue::Machine& machine) const override {
    const double cycles = by_whole_maps(problem)
                              ? whole_map_cycles(problem)
                              : channel_vectors_cycles(problem, windows_of(problem));
    const Work work{.seconds = cycles * machine.cycle(problem.target),
                    .shared = runs_in_parallel(system(problem), problem.target) ? 1.0 : 0.0};
    return cost_of(*this, problem, work, machine);
  }

 private:
  static ChannelWindows windows_of(const Problem& problem) {
    return *channel_windows(problem.definition);
  }
  static bool by_whole_maps(const Problem& problem) {
    return !has_rows(problem.definition) && is_whole_map(problem);
  }

  // Elements of the result that are neighbours: vectors.
  static bool has_rows(const Definition& definition) {
    return definition.equations[0].free.back().extent > 1;
  }
};

} // namespace

const catalogue::Algorithm& pooling_algorithm() {
  static const Pooling algorithm;
  return algorithm;
}

} // namespace fovea::kernels
