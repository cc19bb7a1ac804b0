#pragma once
#include "compiler/kernels/cache_traffic.hpp"
#include "compiler/kernels/tile.hpp"

// The loops by which the generic lowering computes an equation with its sums.
namespace fovea::kernels {

// By the longest of the sums, a tile at a time.
struct SumNest {
  size_t main = 0; // that sum's equation
  Equation sum;    // no larger than the equation that it belongs to
  Tile tile;
  std::vector<TileLoop> loops; // around the tile, outermost first
};

// `own`: the equation, as large as it is where it is computed; `sums`: those that it reads for its
// own elements, at least one. `as_written`: the loops keep the order of the equation's indices.
SumNest sum_nest(const Definition& stages, const Equation& own, const std::vector<size_t>& sums,
                 bool as_written, const catalogue::Target& target, const NarrowStages& narrow = {});

} // namespace fovea::kernels
