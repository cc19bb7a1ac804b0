#include "compiler/kernels/pooling.hpp"

#include "compiler/kernels/channel_vectors_algorithm.hpp"
#include "compiler/kernels/normalise.hpp"

namespace fovea::kernels {
namespace {

using catalogue::Problem;

// Maxima, minima, sums and averages over windows of one tensor, with what follows element by
// element. Each element is loaded from memory once; a window that is the whole map is reduced in
// vectors along it, or over channels.
class Pooling : public ChannelVectorsAlgorithm {
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

  // --- THE ALGORITHM ---
  Definition system(const Problem& problem) const override {
    if (by_whole_maps(problem))
      return whole_map_stages(problem);
    const Tabled tabled = with_tables(problem, windows_of(problem));
    return split_stages(simplify(channel_vectors(tabled.problem, tabled.windows)));
  }

  // --- THE SCHEDULE ---
  catalogue::Schedule default_schedule(const Problem& problem) const override {
    return by_whole_maps(problem) ? whole_map_schedule(problem)
                                  : schedule(problem, system(problem));
  }

 protected:
  double cycles(const Problem& problem) const override {
    return by_whole_maps(problem) ? whole_map_cycles(problem)
                                  : ChannelVectorsAlgorithm::cycles(problem);
  }

 private:
  static bool by_whole_maps(const Problem& problem) {
    return !has_rows(problem.definition) && is_whole_map(problem);
  }
};

} // namespace

const catalogue::Algorithm& pooling_algorithm() {
  static const Pooling algorithm;
  return algorithm;
}

} // namespace fovea::kernels
