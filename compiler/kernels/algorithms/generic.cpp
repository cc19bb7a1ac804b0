#include "compiler/kernels/blocks_apart.hpp"
#include "compiler/kernels/default_cost.hpp"
#include "compiler/kernels/default_schedule.hpp"
#include "compiler/kernels/lists.hpp"
#include "compiler/kernels/normalise.hpp"
#include "compiler/kernels/realisable.hpp"
#include "compiler/kernels/rewrite.hpp"
#include "compiler/kernels/terms_in_rows.hpp"

namespace fovea::kernels {
namespace {

using catalogue::Problem;

// Compiles anything that one can write: one stage per equation, no idea of what it means.
class Generic : public HalideAlgorithm {
 public:
  std::string_view name() const override { return "generic"; }
  std::string_view summary() const override {
    return "the definition's own loops, tiled for registers, vectorised and run in parallel";
  }

  bool matches(const Problem& problem) const override {
    return !contains(problem.forms.prepared, true);
  }

  // --- THE ALGORITHM ---
  Definition system(const Problem& problem) const override {
    return terms_in_rows(split_stages(simplify(blocks_apart(in_stored_forms(problem)))));
  }

  NarrowStages narrow(const Definition& stages) const override { return NarrowStages(stages); }

  // --- THE SCHEDULE ---
  catalogue::Schedule default_schedule(const Problem& problem) const override {
    return kernels::default_schedule(system(problem), problem.target);
  }

  std::optional<catalogue::Schedule> lean_schedule(const Problem& problem) const override {
    return kernels::lean_schedule(system(problem), problem.target);
  }

  catalogue::Cost cost(const Problem& problem, const catalogue::Machine& machine) const override {
    const Work work = default_work(system(problem), problem.target, machine);
    return cost_of(*this, problem, work, machine);
  }
};

} // namespace

const catalogue::Algorithm& generic_algorithm() {
  static const Generic algorithm;
  return algorithm;
}

} // namespace fovea::kernels
