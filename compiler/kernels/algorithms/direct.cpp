#include "compiler/kernels/blocked_columns.hpp"
#include "compiler/kernels/contraction_schedule.hpp"
#include "compiler/kernels/contraction_stages.hpp"
#include "compiler/kernels/groups.hpp"
#include "compiler/kernels/normalise.hpp"
#include "compiler/kernels/realisable.hpp"
#include "compiler/kernels/rewrite.hpp"

#include <algorithm>

namespace fovea::kernels {
namespace {

using catalogue::Layout;
using catalogue::Problem;

// Sums of products as they are written, a register tile of pixels and output channels at a time:
// convolutions with any window, 1x1 convolutions and dense layers (which are matrix products), on
// images that are row-major or have their channels in blocks. Georganas et al., "Anatomy of
// high-performance deep learning convolutions on SIMD architectures" (SC 2018).
class Direct : public HalideAlgorithm {
  // Of an element, turned around on its way or not: measured on results of 64 to 2048 channels.
  static constexpr double cycles_a_copy = 0.5;

 public:
  std::string_view name() const override { return "direct"; }
  std::string_view summary() const override {
    return "output channels in vectors, pixels and channels in a register tile, weights packed";
  }

  bool matches(const Problem& problem) const override {
    const auto apart = groups_apart(problem);
    return apart && has_blocked_columns(apart->problem);
  }
  Layout preferred_operand_layout(const Problem& problem, int operand) const override {
    const GroupsApart apart = *groups_apart(problem);
    const Definition& definition = apart.problem.definition;
    const auto contraction = *contraction_with_epilogue(definition);
    const SplitAxis split = apart.operands[static_cast<size_t>(operand)];
    const Shape shape = definition.operands[static_cast<size_t>(operand)].type.shape;
    const int64_t block = problem.target.lanes(4);
    if (operand == contraction.image) {
      const int axis = channel_axis(definition, contraction);
      return axis >= 0 && shape[axis] >= block ? joined(Layout::blocked(axis, block), split)
                                               : Layout();
    }
    const bool same =
        shape == definition.equations[static_cast<size_t>(contraction.equation)].shape();
    return same && operand != contraction.weights
               ? joined(Layout::blocked(contraction.columns[0], block), split)
               : Layout();
  }
  Layout preferred_result_layout(const Problem& problem, int result) const override {
    const GroupsApart apart = *groups_apart(problem);
    const auto contraction = *contraction_with_epilogue(apart.problem.definition);
    return joined(Layout::blocked(contraction.columns[0], problem.target.lanes(4)),
                  apart.results[static_cast<size_t>(result)]);
  }
  std::optional<Definition> preparation(const Problem& problem, int operand) const override {
    const GroupsApart apart = *groups_apart(problem);
    if (operand != contraction_with_epilogue(apart.problem.definition)->weights)
      return std::nullopt;
    Definition packed = packed_weights(apart.problem);
    const SplitAxis split = apart.operands[static_cast<size_t>(operand)];
    if (split.axis >= 0)
      join_operand(packed, 0, split.axis, split.inner);
    return packed;
  }

  // --- THE ALGORITHM ---
  Definition system(const Problem& problem) const override {
    return split_stages(simplify(blocked_columns(groups_apart(problem)->problem)));
  }
  SumArithmetic arithmetic() const override { return SumArithmetic::contracted; }

  // --- THE SCHEDULE ---
  catalogue::Schedule default_schedule(const Problem& problem) const override {
    return contraction_schedule(system(problem), problem.target);
  }

  catalogue::Cost cost(const Problem& problem, const catalogue::Schedule&,
                       const catalogue::Machine& machine) const override {
    const Definition stages = system(problem);
    const ChosenTile tile = tile_of(stages, problem.target);
    const double cycles =
        cycles_per_step(tile.problem, tile.shape, problem.target) * static_cast<double>(tile.steps);
    // Elements of the other stages: copies with padding, packed weights, the result in order.
    double copied = 0;
    const ContractionStages parts(stages);
    for (int e = 0; e < static_cast<int>(stages.equations.size()); ++e)
      if (e < parts.sum || (e == parts.root && e != parts.host))
        copied += static_cast<double>(parts.equation(e).shape().elements());
    const double seconds = (cycles + copied * cycles_a_copy) * machine.cycle(problem.target);
    return cost_of(*this, problem, {.seconds = seconds, .parallel = tile.parallel}, machine);
  }
};

} // namespace

const catalogue::Algorithm& direct_algorithm() {
  static const Direct algorithm;
  return algorithm;
}

} // namespace fovea::kernels
