#pragma once
#include "compiler/kernels/narrow_stages.hpp"
#include "compiler/kernels/placement.hpp"

#include <fovea/catalogue/target.hpp>

// What stages take, placed as the generic lowering does: estimates.
namespace fovea::kernels {

class StageCosts {
 public:
  StageCosts(const Definition& stages, const Placement& placement, const catalogue::Target& target,
             const NarrowStages& narrow)
      : stages_(stages), placement_(placement), target_(target), narrow_(narrow) {}

  // Of a root with what it hosts, on one core; all data in its caches.
  double cycles_of(size_t root) const;
  // What an equation that is no sum reads across memory while it is written along it.
  double cycles_of_gathers(size_t e) const;
  // Of a root on one thread, of whatever machine: schedules do not depend on it.
  double seconds_of(size_t root) const;

 private:
  const Equation& equation(size_t e) const { return stages_.equations[e]; }

  const Definition& stages_;
  const Placement& placement_;
  const catalogue::Target& target_;
  const NarrowStages& narrow_;
};

} // namespace fovea::kernels
