#include "compiler/kernels/blocked_columns.hpp"
#include "compiler/kernels/contraction_cost.hpp"
#include "compiler/kernels/groups.hpp"
#include "compiler/kernels/normalise.hpp"
#include "compiler/kernels/parallel_loops.hpp"
#include "compiler/kernels/phases.hpp"
#include "compiler/kernels/prologue.hpp"
#include "compiler/kernels/realisable.hpp"
#include "compiler/kernels/rewrite.hpp"

#include <algorithm>

namespace fovea::kernels {
namespace {

using catalogue::Layout;
using catalogue::Problem;

// A problem without its prologue, with its groups and its phases as dimensions of their own.
struct Parts {
  PrologueApart prologue;
  GroupsApart groups;
  PhasesApart phases;

  const Problem& problem() const { return phases.problem; }
  Contraction contraction() const { return *contraction_with_epilogue(problem().definition); }
  // Are columns the same dimension with the phases apart and without?
  bool columns_stay() const { return phases.first < 0 || contraction().columns[0] < phases.first; }
};

std::optional<Parts> parts_of(const Problem& problem) {
  std::optional<PrologueApart> prologue = prologue_apart(problem);
  if (!prologue)
    return std::nullopt;
  std::optional<GroupsApart> groups = groups_apart(prologue->problem);
  if (!groups || (prologue->exists() && has_groups(*groups)))
    return std::nullopt;
  std::optional<PhasesApart> phases = phases_apart(groups->problem);
  if (!phases)
    return std::nullopt;
  return Parts{std::move(*prologue), std::move(*groups), std::move(*phases)};
}

// Sums of products as they are written, a register tile of pixels and output channels at a time:
// convolutions with any window, 1x1 convolutions and dense layers (which are matrix products), on
// images that are row-major or have their channels in blocks. Georganas et al., "Anatomy of
// high-performance deep learning convolutions on SIMD architectures" (SC 2018).
class Direct : public HalideAlgorithm {
 public:
  std::string_view name() const override { return "direct"; }
  std::string_view summary() const override {
    return "output channels in vectors, pixels and channels in a register tile, weights packed";
  }

  bool matches(const Problem& problem) const override {
    const auto parts = parts_of(problem);
    return parts && has_blocked_columns(parts->problem()) &&
           (!parts->prologue.exists() || parts->contraction().image == parts->prologue.operand);
  }
  // Of its image, which is computed once: as a whole, with its padding, or a row of tiles at a
  // time.
  bool accepts_prologue(const Definition& anchor, int operand) const override {
    const auto groups = groups_apart({anchor, {}, {}});
    const auto contraction = packable_contraction(anchor);
    return groups && !has_groups(*groups) && contraction && contraction->image == operand;
  }
  Layout preferred_operand_layout(const Problem& problem, int operand) const override {
    const Parts parts = *parts_of(problem);
    const Definition& definition = parts.problem().definition;
    const Contraction contraction = parts.contraction();
    const auto type = [&](int k) { return definition.operands[static_cast<size_t>(k)].type; };
    const SplitAxis split = parts.groups.operands[static_cast<size_t>(operand)];
    const int64_t block = problem.target.lanes(4);
    const bool with_image =
        parts.prologue.reads(operand) && type(operand) == type(contraction.image);
    if (operand == contraction.image || with_image) {
      const int axis = channel_axis(definition, contraction);
      return axis >= 0 && type(operand).shape[axis] >= block
                 ? joined(Layout::blocked(axis, block), split)
                 : Layout();
    }
    const bool same = type(operand).shape ==
                      definition.equations[static_cast<size_t>(contraction.equation)].shape();
    return same && operand != contraction.weights && parts.columns_stay()
               ? joined(Layout::blocked(contraction.columns[0], block), split)
               : Layout();
  }
  Layout preferred_result_layout(const Problem& problem, int result) const override {
    const Parts parts = *parts_of(problem);
    return parts.columns_stay()
               ? joined(Layout::blocked(parts.contraction().columns[0], problem.target.lanes(4)),
                        parts.groups.results[static_cast<size_t>(result)])
               : Layout();
  }
  std::optional<Definition> preparation(const Problem& problem, int operand) const override {
    const Parts parts = *parts_of(problem);
    if (operand != parts.contraction().weights)
      return std::nullopt;
    Definition packed = packed_weights(parts.problem());
    const SplitAxis split = parts.groups.operands[static_cast<size_t>(operand)];
    if (split.axis >= 0)
      join_operand(packed, 0, split.axis, split.inner);
    return packed;
  }

  // --- THE ALGORITHM ---
  Definition system(const Problem& problem) const override {
    const Parts parts = *parts_of(problem);
    const Definition blocked = blocked_columns(parts.problem());
    return split_stages(
        simplify(parts.prologue.exists() ? after_prologue(parts.prologue, blocked) : blocked));
  }
  SumArithmetic arithmetic() const override { return SumArithmetic::contracted; }

  // --- THE SCHEDULE ---
  catalogue::Schedule default_schedule(const Problem& problem) const override {
    return contraction_schedule(system(problem), problem.target);
  }

  catalogue::Cost cost(const Problem& problem, const catalogue::Machine& machine) const override {
    const Definition stages = system(problem);
    const ChosenTile tile = tile_of(stages, problem.target);
    const double seconds = contraction_seconds(parts_of(problem)->problem(), tile, machine) +
                           seconds_of_copies(stages, problem.target, machine);
    const double shared = tile.tasks > 1 ? evenness(tile.tasks, problem.target.threads) : 0;
    return cost_of(*this, problem, {.seconds = seconds, .shared = shared}, machine);
  }
};

} // namespace

const catalogue::Algorithm& direct_algorithm() {
  static const Direct algorithm;
  return algorithm;
}

} // namespace fovea::kernels
