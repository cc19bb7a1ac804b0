#include "compiler/kernels/register_tile.hpp"

#include <fovea/catalogue/integers.hpp>

#include <algorithm>

namespace fovea::kernels {
namespace {

using catalogue::ceiling_quotient;

constexpr double multiply_adds_a_cycle = 2, loads_a_cycle = 2;
constexpr double latency = 4; // cycles, of a multiply-add

// Of a result that leaves the cache: cycles in which a tile's vector is finished and stored, beyond
// those of its terms. Stores wait for their lines, which come faster one behind the other than from
// several rows of each block: 27 terms for 64 filters on 111x111, 490 us by 1x6 pixels, 650 by 2x3.
double cycles_of_ending(const TileProblem& problem, const TileShape& tile) {
  return !problem.leaves_cache ? 0 : tile.height == 1 ? 4 : 10;
}

bool fits_registers(const TileShape& tile, const catalogue::Target& target) {
  // The columns' weights and one pixel for all lanes beside the sums.
  return tile.accumulators() + tile.columns + 1 <= target.vector_registers();
}

} // namespace

double cycles_per_step(const TileProblem& problem, const TileShape& tile,
                       const catalogue::Target&) {
  const double multiply_adds = static_cast<double>(tile.accumulators());
  const double loads = static_cast<double>(tile.columns + tile.height * tile.width);
  // Loads and multiply-adds are issued side by side, but not quite independently.
  const double busy = multiply_adds / multiply_adds_a_cycle, loading = loads / loads_a_cycle;
  double cycles = std::max({busy, loading, latency}) + 0.15 * std::min(busy, loading);
  if (problem.steps > 0)
    cycles += multiply_adds * cycles_of_ending(problem, tile) / static_cast<double>(problem.steps);
  const int64_t tiles = ceiling_quotient(problem.height, tile.height) *
                        ceiling_quotient(problem.width, tile.width) *
                        ceiling_quotient(problem.columns, tile.columns) * problem.other_tasks;
  return cycles * static_cast<double>(tiles);
}

TileShape choose_tile_shape(const TileProblem& problem, const catalogue::Target& target,
                            const std::function<double(const TileShape&)>& waits) {
  TileShape best;
  double least = 0;
  const int64_t registers = target.vector_registers();
  for (int64_t columns = std::min<int64_t>(problem.columns, 6); columns >= 1; --columns)
    for (int64_t height = 1; height <= std::min<int64_t>(problem.height, 4); ++height)
      for (int64_t width = std::min(problem.width, registers); width >= 1; --width) {
        const TileShape tile{height, width, columns};
        if (!fits_registers(tile, target))
          continue;
        const double cycles = cycles_per_step(problem, tile, target) + (waits ? waits(tile) : 0.0);
        if (least == 0 || cycles < least * 0.999) {
          least = cycles;
          best = tile;
        }
      }
  return best;
}

} // namespace fovea::kernels
