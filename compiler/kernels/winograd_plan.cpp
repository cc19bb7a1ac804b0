#include "compiler/kernels/winograd_plan.hpp"

#include "compiler/kernels/parallel_loops.hpp"

#include <fovea/catalogue/integers.hpp>

#include <algorithm>
#include <cmath>

namespace fovea::kernels {
namespace {

using catalogue::ceiling_quotient;

// Measured on processors of 2024 (docs/decisions/winograd.md); cycles and bytes of one core.
constexpr double l3_bytes_a_cycle = 8;     // of weights, read ahead of their use,
constexpr double memory_bytes_a_cycle = 7; // and from memory,
constexpr double single_bytes_a_cycle = 4; // where that is one run at a time;
constexpr double memory_shows = 0.4;       // of what would be hidden, but for memory's latency
constexpr double run_cycles = 500;         // until L3's are ahead, where a run of them begins
constexpr double l2_bytes_a_cycle = 10;    // of V, one element of each pixel at a time
constexpr double spill_bytes_a_cycle = 8;  // of V and M, where they do not stay in L2
constexpr double pass_cycles = 3;          // of a transform, for each vector that one pass makes,
constexpr double spilling_pass_cycles = 4; // and where a pass has more vectors than registers
constexpr double gather_cycles = 1.5;      // for each element of a row-major image or result
constexpr double dispatch_cycles = 20'000;

class Planner {
 public:
  Planner(const catalogue::Problem& problem, const WinogradForm& form,
          const WinogradExtents& extents)
      : problem_(problem), target_(problem.target), form_(form), points_(extents.points),
        columns_(extents.columns), channels_(extents.channels), tiles_(extents.tiles) {
    const Equation& sum = sum_of(problem.definition, form);
    for (const int row : form.contraction.rows)
      extents_.push_back(sum.free[static_cast<size_t>(row)].extent);
    units_.resize(tiles_.size(), 1);
    for (const WinogradAxis& axis : form.axes)
      units_[static_cast<size_t>(axis.row)] = axis.tile;
  }

  WinogradPlan best() const {
    WinogradPlan best;
    const auto consider = [&](std::vector<int64_t> chunk, bool whole) {
      if (inexact(chunk) > 1)
        return;
      WinogradPlan plan{std::move(chunk), whole, {}, 0, 1};
      estimate(plan);
      if (best.chunk.empty() || time(plan) < 0.999 * time(best))
        best = std::move(plan);
    };
    const size_t last = tiles_.size() - 1;
    for (const int64_t width : sizes(tiles_[last])) {
      std::vector<int64_t> chunk(tiles_.size(), 1);
      chunk[last] = width;
      if (last == 0) {
        consider(chunk, false);
        continue;
      }
      for (const int64_t height : sizes(tiles_[last - 1])) {
        chunk[last - 1] = height;
        consider(chunk, false);
      }
    }
    consider(tiles_, true);
    return best;
  }

 private:
  // The largest chunk first. Divisors only: a chunk is always whole tiles, and tiles beyond the
  // last one would read beyond the image.
  static std::vector<int64_t> sizes(int64_t tiles) {
    std::vector<int64_t> list;
    for (int64_t size = tiles; size >= 1; --size)
      if (tiles % size == 0)
        list.push_back(size);
    return list;
  }

  // Rows whose last chunk sticks out.
  int inexact(const std::vector<int64_t>& chunk) const {
    int count = 0;
    for (size_t row = 0; row < tiles_.size(); ++row)
      count += chunk[row] < tiles_[row] && extents_[row] % (chunk[row] * units_[row]) != 0;
    return count;
  }

  double time(const WinogradPlan& plan) const {
    return plan.cycles / plan.speedup +
           (plan.whole && target_.threads > 1 ? 2 : 0) * dispatch_cycles;
  }

  void estimate(WinogradPlan& plan) const {
    double chunks = 1, tiles = 1; // tiles of one chunk
    for (size_t row = 0; row < tiles_.size(); ++row) {
      chunks *= static_cast<double>(ceiling_quotient(tiles_[row], plan.chunk[row]));
      tiles *= static_cast<double>(plan.chunk[row]);
    }
    const size_t rows = tiles_.size();
    TileProblem product{rows > 1 ? plan.chunk[rows - 2] : 1, plan.chunk[rows - 1], columns_,
                        points_};
    for (size_t row = 0; row + 2 < rows; ++row)
      product.other_tasks *= plan.chunk[row];
    plan.tile = choose_tile_shape(
        product, target_, [&](const TileShape& tile) { return waits(product, tile) / channels(); });

    const double weights = weight_bytes();
    const bool single = plan.tile.columns == 1;
    const double weight_rate = !leave_l3() ? l3_bytes_a_cycle
                               : single    ? single_bytes_a_cycle
                                           : memory_bytes_a_cycle;
    const double between = static_cast<double>(points_) * tiles *
                           static_cast<double>(channels_ + columns_) * vector_bytes();
    const double l2 = static_cast<double>(target_.l2_bytes);
    const double streamed = leave_l2() ? weights / weight_rate : 0;
    const double multiplied = cycles_per_step(product, plan.tile, target_) * channels();
    const double kept = std::min(weights, l2 / 4);
    const double spilled = std::clamp((between + kept - l2) / l2, 0.0, 1.0) * 2 * between;
    const double seen = leave_l3() ? memory_shows * std::min(multiplied, streamed) : 0;
    plan.cycles = chunks * (std::max(multiplied, streamed) + seen + waits(product, plan.tile) +
                            transforms(plan, tiles) + spilled / spill_bytes_a_cycle);
    const int threads = target_.threads;
    const int64_t products = product.other_tasks * ceiling_quotient(columns_, plan.tile.columns);
    const int64_t tasks = plan.whole ? products : static_cast<int64_t>(chunks);
    plan.speedup = threads * evenness(tasks, threads);
  }

  double vector_bytes() const { return target_.vector_bits() / 8.0; }
  double channels() const { return static_cast<double>(channels_ * form_.block); }
  double weight_bytes() const {
    return static_cast<double>(points_ * columns_) * channels() * vector_bytes();
  }

  bool leave_l2() const { return weight_bytes() > static_cast<double>(target_.l2_bytes); }
  // Other layers' weights pass through it, too.
  bool leave_l3() const { return weight_bytes() >= static_cast<double>(target_.l3_bytes) / 2; }

  // Of one chunk: cycles in which its multiplication waits for what it reads. A vector of columns
  // has its weights of all channels in one run; a tile of one such vector reads run after run from
  // end to end of them all, a tile of several as many at a time. And V is read again for each tile
  // of columns, from the second-level cache where it does not stay in the first.
  double waits(const TileProblem& product, const TileShape& tile) const {
    const double tasks = static_cast<double>(product.other_tasks);
    const double run = channels() * vector_bytes();
    const double image =
        static_cast<double>(product.height * product.width) * channels() * sizeof(float);
    double cycles = 0;
    if (tile.columns > 1 && leave_l2() && !leave_l3())
      cycles += tasks * static_cast<double>(product.columns) * run_cycles;
    if (image + run > static_cast<double>(target_.l1_bytes))
      cycles += tasks * static_cast<double>(ceiling_quotient(product.columns, tile.columns)) *
                image / l2_bytes_a_cycle;
    return cycles;
  }

  // Of one chunk.
  double transforms(const WinogradPlan& plan, double tiles) const {
    double pixels = tiles, results = tiles, input = 0, output = 0; // vectors of each pass
    double before = 1, after = static_cast<double>(points_);
    for (const WinogradAxis& axis : form_.axes) {
      const double size = static_cast<double>(axis.size());
      const double tile = static_cast<double>(axis.tile);
      const double chunk = static_cast<double>(plan.chunk[static_cast<size_t>(axis.row)]);
      pixels *= (chunk * tile + static_cast<double>(axis.taps) - 1) / chunk;
      results *= tile;
      input += static_cast<double>(points_);
      after /= size;
      before *= tile;
      output += before * after;
    }
    const double lanes = static_cast<double>(form_.block);
    const double cycles =
        points_ > target_.vector_registers() * 3 / 2 ? spilling_pass_cycles : pass_cycles;
    const bool copies = problem_.forms.operand(form_.contraction.image).is_row_major();
    const double copied = copies ? pixels * gather_cycles * lanes : 0; // else read in place
    const double stored = problem_.forms.result(0).is_row_major() ? gather_cycles * lanes : 2.0;
    return static_cast<double>(channels_) * (tiles * input * cycles + copied) +
           static_cast<double>(columns_) * (tiles * output * cycles + results * stored);
  }

  const catalogue::Problem& problem_;
  const catalogue::Target& target_;
  const WinogradForm& form_;
  const int64_t points_, columns_, channels_; // the latter two in blocks
  // Of each row: tiles, results, and results of one tile.
  const std::vector<int64_t> tiles_;
  std::vector<int64_t> extents_, units_;
};

} // namespace

WinogradPlan winograd_plan(const catalogue::Problem& problem, const WinogradForm& form,
                           const WinogradExtents& extents) {
  return Planner(problem, form, extents).best();
}

} // namespace fovea::kernels
