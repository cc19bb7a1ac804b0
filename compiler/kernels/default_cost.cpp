#include "compiler/kernels/default_cost.hpp"

#include "compiler/kernels/access.hpp"
#include "compiler/kernels/default_plan.hpp"

#include <algorithm>

namespace fovea::kernels {
namespace {

// A sum's operands are read as its tile has it, several rows in turns: of dense layers of 16 to 144
// MB 0.92 of what comes in where they are read in order (1.69 and 1.56 ms, 3.80 and 3.48).
constexpr double bandwidth_of_sums = 0.92;

// What a root's sum fetches again and again into a cache of one core: what it reads at all comes
// while it computes, and is no part of its work, unless no prefetch follows. In strips all is in
// the cache.
double seconds_of_fetching(const DefaultPlan& plan, size_t root,
                           const catalogue::Machine& machine) {
  if (plan.placement.hosted_by(root).empty() || !plan.strips.is_whole(root) ||
      plan.strips.cuts[root])
    return 0;
  const SumNest nest = plan.nest_of(root, plan.stages.equations[root]);
  if (nest.loops.empty())
    return 0;
  const CacheTraffic traffic = cache_traffic(plan.stages, nest.sum, nest.loops, plan.target);
  const double once = cache_traffic(plan.stages, nest.sum, {}, plan.target).beyond_l2;
  const double from_memory = machine.bytes_per_second / std::max(machine.parallel_speedup, 1.0);
  const double hidden = jumps_between_pages(plan.stages, nest.sum) ? 0 : once;
  return std::max(traffic.beyond_l1 - once, 0.0) / machine.cached_bytes_per_second +
         std::max(traffic.beyond_l2 - hidden, 0.0) / from_memory;
}

} // namespace

Work default_work(const Definition& stages, const catalogue::Target& target,
                  const catalogue::Machine& machine) {
  const DefaultPlan plan(stages, target);
  const double cycle = machine.cycle(target);
  Work work;
  for (size_t e = 0; e < stages.equations.size(); ++e) {
    if (plan.placement.kinds[e] != Placement::Kind::hosted)
      work.seconds += plan.costs.cycles_of_gathers(e) * cycle;
    if (plan.placement.kinds[e] == Placement::Kind::root) {
      work.seconds += plan.costs.cycles_of(e) * cycle + seconds_of_fetching(plan, e, machine);
      work.shared = std::max(work.shared, plan.is_parallel(e) ? 1.0 : 0.0);
    }
    if (stages.equations[e].reduction)
      work.bandwidth = bandwidth_of_sums;
  }
  return work;
}

} // namespace fovea::kernels
