#include "compiler/kernels/chain.hpp"
#include "compiler/kernels/contraction.hpp"
#include "compiler/kernels/contraction_cost.hpp"
#include "compiler/kernels/normalise.hpp"
#include "compiler/kernels/parallel_loops.hpp"
#include "compiler/kernels/pooled_contraction.hpp"
#include "compiler/kernels/pooled_contraction_schedule.hpp"
#include "compiler/kernels/realisable.hpp"

#include <algorithm>

namespace fovea::kernels {

const catalogue::Algorithm& direct_algorithm();
const catalogue::Algorithm& pooling_algorithm();

namespace {

using catalogue::Layout;
using catalogue::Problem;

// A convolution and the average, sum or maximum of each of its maps, of which a few are in the
// cache at a time: the end of most classifiers.
class PooledDirect : public HalideAlgorithm {
 public:
  std::string_view name() const override { return "pooled_direct"; }
  std::string_view summary() const override {
    return "a convolution as by 'direct' and what pooling makes of whole maps, some at a time";
  }

  bool matches(const Problem& problem) const override {
    return pooled_contraction(problem).has_value();
  }
  bool joins_reductions() const override { return true; }
  Layout preferred_operand_layout(const Problem& problem, int operand) const override {
    const PooledContraction pooled = *pooled_contraction(problem);
    const PartOperand reader = first_reader(pooled.parts, operand);
    return algorithm_of(reader.part)
        .preferred_operand_layout(pooled.parts[reader.part].problem, reader.operand);
  }
  Layout preferred_result_layout(const Problem& problem, int result) const override {
    return pooling_algorithm().preferred_result_layout(
        pooled_contraction(problem)->parts[1].problem, result);
  }
  std::optional<Definition> preparation(const Problem& problem, int operand) const override {
    const PooledContraction pooled = *pooled_contraction(problem);
    const PartOperand reader = first_reader(pooled.parts, operand);
    return algorithm_of(reader.part).preparation(pooled.parts[reader.part].problem, reader.operand);
  }

  // --- THE ALGORITHM ---
  Definition system(const Problem& problem) const override {
    return split_stages(simplify(pooled_contraction_system(problem, *pooled_contraction(problem))));
  }
  SumArithmetic arithmetic() const override { return SumArithmetic::contracted; }

  // --- THE SCHEDULE ---
  catalogue::Schedule default_schedule(const Problem& problem) const override {
    return pooled_contraction_schedule(system(problem), problem.target);
  }

  catalogue::Cost cost(const Problem& problem, const catalogue::Machine& machine) const override {
    const PooledContraction pooled = *pooled_contraction(problem);
    const Definition stages = system(problem);
    const PooledTiles tiles = pooled_tiles(stages, problem.target);
    const Problem& contraction = pooled.parts[0].problem;
    const Equation& pooling = pooled.parts[1].problem.definition.equations[0];
    // Of a vector of the map: as for pooling, a load and what it is accumulated by.
    const double accumulated = pooling.reduction == ReduceKind::sum ? 1 : 2;
    const double portion_seconds =
        contraction_seconds(contraction, tiles.tile, machine) +
        accumulated * static_cast<double>(tiles.pixels * tiles.tile.shape.columns) *
            machine.cycle(problem.target);
    double seconds =
        static_cast<double>(tiles.portions) * portion_seconds +
        seconds_of_copies(parts_of_chain(stages)->at(0).definition, problem.target, machine);
    // An image that the cache does not hold comes anew for each blocks of channels.
    const Definition& first = contraction.definition;
    const int64_t image = first.type_of(contraction_with_epilogue(first)->image).bytes();
    if (image > problem.target.l2_bytes / 2)
      seconds += static_cast<double>(tiles.passes - 1) * static_cast<double>(image) /
                 machine.bandwidth(image, problem.target);
    const double shared = tiles.tasks > 1 ? evenness(tiles.tasks, problem.target.threads) : 0;
    return cost_of(*this, problem, {.seconds = seconds, .shared = shared}, machine);
  }

 private:
  static const catalogue::Algorithm& algorithm_of(size_t part) {
    return part == 0 ? direct_algorithm() : pooling_algorithm();
  }
};

} // namespace

const catalogue::Algorithm& pooled_direct_algorithm() {
  static const PooledDirect algorithm;
  return algorithm;
}

} // namespace fovea::kernels
