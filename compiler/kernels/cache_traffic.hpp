#pragma once
#include <fovea/catalogue/target.hpp>
#include <fovea/definition/definition.hpp>

#include <vector>

// What the loops around a register tile fetch into each cache, and their order of least traffic.
// After Olivry et al., "IOOpt" (PLDI 2021): a tensor's bytes, once for each step of the loops
// around those that run within the cache.
namespace fovea::kernels {

// A loop around a tile.
struct TileLoop {
  int index = 0;      // of the equation
  int64_t extent = 1; // steps
  int64_t step = 1;   // by which each moves the index
};

// Bytes that come from beyond the first and the second level, every line of 64 bytes whole.
struct CacheTraffic {
  double beyond_l1 = 0, beyond_l2 = 0;
};

// Of all that the sum reads. `loops`: outermost first; within them the tile, with all terms.
CacheTraffic cache_traffic(const Definition& stages, const Equation& sum,
                           const std::vector<TileLoop>& loops, const catalogue::Target& target);

// The order, as places in `loops`: as they are, unless one of them elsewhere saves much.
std::vector<size_t> order_of_least_traffic(const Definition& stages, const Equation& sum,
                                           const std::vector<TileLoop>& loops,
                                           const catalogue::Target& target);

} // namespace fovea::kernels
