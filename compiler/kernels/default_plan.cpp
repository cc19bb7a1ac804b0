#include "compiler/kernels/default_plan.hpp"

namespace fovea::kernels {
namespace {

// Waking a thread costs 5 to 10 us (measured): below this a kernel runs on one.
constexpr double least_parallel_seconds = 30e-6;

} // namespace

DefaultPlan::DefaultPlan(const Definition& stages, const catalogue::Target& target,
                         PlacementAim aim)
    : stages(stages), target(target), narrow(stages), placement(place(stages, aim)),
      strips(plan_strips(stages, placement, target, narrow)),
      costs(stages, placement, target, narrow) {}

bool DefaultPlan::is_parallel(size_t root) const {
  if (target.threads <= 1 || !strips.is_whole(root))
    return false;
  double seconds = costs.seconds_of(root);
  for (const size_t guest : strips.hosted_by(root))
    seconds += costs.seconds_of(guest);
  return seconds >= least_parallel_seconds;
}

SumNest DefaultPlan::nest_of(size_t root, const Equation& own) const {
  return sum_nest(stages, own, placement.hosted_by(root), static_cast<bool>(strips.cuts[root]),
                  target, narrow);
}

} // namespace fovea::kernels
