#pragma once
#include "compiler/kernels/contraction_schedule.hpp"

// The schedule of a contraction whose maps are pooled (pooled_contraction.hpp): a few blocks of
// channels at a time, of these a tile of pixels in registers or the whole map in the first-level
// cache, and what pooling makes of it. A tile's weights are used for all pixels before the next
// one's, as without pooling.
namespace fovea::kernels {

// `stages`: what split_stages made of the system.
catalogue::Schedule pooled_contraction_schedule(const Definition& stages,
                                                const catalogue::Target& target);

// What it does in what portions, for an estimate.
struct PooledTiles {
  ChosenTile tile;      // of the contraction in one portion
  int64_t portions = 1; // of the map: blocks of channels at a time, each image of a batch
  int64_t passes = 1;   // how often the images of the batch are walked: once for each blocks
  int64_t pixels = 1;   // that one element of the result is made of
  int64_t tasks = 1;    // that threads share; 1: it does not run in parallel
};
PooledTiles pooled_tiles(const Definition& stages, const catalogue::Target& target);

} // namespace fovea::kernels
