#pragma once
#include "compiler/kernels/stage_costs.hpp"
#include "compiler/kernels/strips.hpp"
#include "compiler/kernels/sum_nest.hpp"

// What the generic lowering decides before a word of its schedule is written: where each stage runs
// and what it takes there.
namespace fovea::kernels {

class DefaultPlan {
 public:
  // Of stages and for a target that live as long.
  DefaultPlan(const Definition& stages, const catalogue::Target& target,
              PlacementAim aim = PlacementAim::speed);
  DefaultPlan(const DefaultPlan&) = delete; // its parts refer to one another
  DefaultPlan& operator=(const DefaultPlan&) = delete;

  // A root that is computed as a whole, in no other's strips.
  bool is_whole(size_t e) const {
    return placement.kinds[e] == Placement::Kind::root && strips.is_whole(e);
  }
  // Of one that is, with what is computed in its strips.
  bool is_parallel(size_t root) const;
  // Of a root that hosts sums; `own`: the root, as large as it is where it is computed.
  SumNest nest_of(size_t root, const Equation& own) const;

  const Definition& stages;
  const catalogue::Target& target;
  const NarrowStages narrow;
  const Placement placement;
  const Strips strips;
  const StageCosts costs;
};

} // namespace fovea::kernels
