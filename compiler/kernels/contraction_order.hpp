#pragma once
#include "compiler/kernels/contraction_stages.hpp"
#include "compiler/kernels/register_tile.hpp"

// In which order the tiles of a contraction are computed, and what its threads share.
namespace fovea::kernels {

struct ContractionOrder {
  // Over columns outermost, so that their weights stay in the cache, or over the image's pixels:
  // whichever saves more traffic.
  bool columns_first = false;
  // Threads share the larger one of image and weights, and all of them read the other. Where that
  // is the image, each finds its part in its own cache: the layer before has been shared so, too.
  bool shares_pixels = false;
};

ContractionOrder contraction_order(const ContractionStages& parts, const TileShape& tile,
                                   const catalogue::Target& target);

} // namespace fovea::kernels
