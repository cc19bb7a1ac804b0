#pragma once
#include <fovea/catalogue/target.hpp>

#include <cstdint>
#include <functional>

// Which elements of a contraction are accumulated at once: rows of pixels by columns of vectors, as
// many as the registers hold.
namespace fovea::kernels {

struct TileShape {
  int64_t height = 1, width = 1; // pixels: of the last but one and the last row dimension
  int64_t columns = 1;           // vectors of output channels
  int64_t accumulators() const { return height * width * columns; }
};

struct TileProblem {
  int64_t height = 1, width = 1; // extents of the last two row dimensions; 1 where there are fewer
  int64_t columns = 1;           // blocks of output channels
  int64_t other_tasks = 1;       // tiles that the dimensions further out make
  int64_t steps = 0;             // of the reduction; 0: so many that only they count
  bool leaves_cache = false;     // the result, which then is no more in the second-level cache
};

// The shape of least estimated time: full tiles, few loads a multiply-add, enough chains to hide
// the latency of one, and on several threads about equal shares. `waits`: cycles of one step beyond
// `cycles_per_step`.
TileShape choose_tile_shape(const TileProblem& problem, const catalogue::Target& target,
                            const std::function<double(const TileShape&)>& waits = {});

// Estimated cycles of one core for one step of the reduction over all tiles; a multiply-add unit
// that is always busy would need accumulators / 2 a tile.
double cycles_per_step(const TileProblem& problem, const TileShape& tile,
                       const catalogue::Target& target);

} // namespace fovea::kernels
