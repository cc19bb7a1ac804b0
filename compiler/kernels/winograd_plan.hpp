#pragma once
#include "compiler/kernels/register_tile.hpp"
#include "compiler/kernels/winograd_form.hpp"

namespace fovea::kernels {

// How a convolution walks through its tiles.
struct WinogradPlan {
  // Of each row of the contraction, in tiles: transformed, multiplied and transformed back before
  // the next chunk, so that what stands between the steps stays in the cache.
  std::vector<int64_t> chunk;
  bool whole = false; // one chunk: each step over the whole map, its threads within the step
  TileShape tile;     // of the multiplication
  double cycles = 0;  // estimated, of one core
  double speedup = 1; // by the target's threads, at most
};

// The plan of least estimated time.
WinogradPlan winograd_plan(const catalogue::Problem& problem, const WinogradForm& form,
                           const WinogradExtents& extents);

} // namespace fovea::kernels
