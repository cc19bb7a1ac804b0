#include "compiler/kernels/sum_nest.hpp"

#include "compiler/kernels/indices.hpp"

#include <fovea/catalogue/integers.hpp>

#include <algorithm>

namespace fovea::kernels {

SumNest sum_nest(const Definition& stages, const Equation& own, const std::vector<size_t>& sums,
                 bool as_written, const catalogue::Target& target, const NarrowStages& narrow) {
  SumNest nest;
  nest.main = *std::ranges::max_element(
      sums, {}, [&](size_t e) { return evaluation_count(stages.equations[e]); });
  nest.sum = stages.equations[nest.main];
  const size_t common = std::min(nest.sum.free.size(), own.free.size());
  for (size_t k = 0; k < common; ++k)
    nest.sum.free[k].extent = std::min(nest.sum.free[k].extent, own.free[k].extent);
  nest.tile = choose_tile(stages, nest.sum, target, narrow);
  for (size_t k = 0; k < own.free.size(); ++k) {
    const int64_t step = std::max<int64_t>(nest.tile.step_of(static_cast<int>(k)), 1);
    nest.loops.push_back(
        {static_cast<int>(k), catalogue::ceiling_quotient(own.free[k].extent, step), step});
  }
  const bool has_tile = nest.tile.vector >= 0 || !nest.tile.unrolled.empty();
  if (as_written || !has_tile || common != own.free.size())
    return nest;
  std::vector<TileLoop> ordered;
  for (const size_t k : order_of_least_traffic(stages, nest.sum, nest.loops, target))
    ordered.push_back(nest.loops[k]);
  nest.loops = std::move(ordered);
  return nest;
}

} // namespace fovea::kernels
