#include "compiler/kernels/channel_vectors_algorithm.hpp"
#include "compiler/kernels/normalise.hpp"

namespace fovea::kernels {
namespace {

using catalogue::Problem;

// Convolutions in which each channel has a kernel of its own. The work is small for the data, so
// what counts is that each element is loaded once: rows that windows share stay in the cache, and
// what neighbouring windows share in registers.
class Depthwise : public ChannelVectorsAlgorithm {
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

  // --- THE SCHEDULE ---
  catalogue::Schedule default_schedule(const Problem& problem) const override {
    return schedule(problem, system(problem));
  }
};

} // namespace

const catalogue::Algorithm& depthwise_algorithm() {
  static const Depthwise algorithm;
  return algorithm;
}

} // namespace fovea::kernels
