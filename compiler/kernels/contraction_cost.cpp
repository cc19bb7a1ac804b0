#include "compiler/kernels/contraction_cost.hpp"

#include "compiler/kernels/access.hpp"
#include "compiler/kernels/blocked_columns.hpp"
#include "compiler/kernels/contraction_stages.hpp"

namespace fovea::kernels {
namespace {

// Are there many channels, each in a page of its own?
bool has_channels_far_apart(const catalogue::Problem& problem) {
  const Definition& definition = problem.definition;
  const Contraction contraction = *contraction_with_epilogue(definition);
  const int axis = channel_axis(definition, contraction);
  if (axis < 0 || !problem.forms.operand(contraction.image).is_row_major())
    return false;
  const TensorType& type = definition.operands[static_cast<size_t>(contraction.image)].type;
  const Shape plane = type.shape.slice(axis + 1, type.shape.rank());
  // From half a page on hardly two share one: with 512 of 28x28 it is 1.4 times the time, too.
  return jump_between_pages(type.shape[axis], 2 * plane.elements() * size_of(type.dtype));
}

} // namespace

double contraction_seconds(const catalogue::Problem& problem, const ChosenTile& tile,
                           const catalogue::Machine& machine) {
  double cycles = cycles_per_step(tile.problem, tile.shape, problem.target) *
                  static_cast<double>(tile.problem.steps);
  if (has_channels_far_apart(problem))
    cycles *= 1.6; // 1.4 to 2.1, measured
  return cycles * machine.cycle(problem.target);
}

double seconds_of_copies(const Definition& stages, const catalogue::Target& target,
                         const catalogue::Machine& machine) {
  const ContractionStages parts(stages);
  double copied = 0; // elements
  for (int e = 0; e < static_cast<int>(stages.equations.size()); ++e)
    if (parts.feeds_sum(e) || (e == parts.root && e != parts.host))
      copied += static_cast<double>(parts.equation(e).shape().elements());
  double seconds = copied * cycles_a_copy * machine.cycle(target);
  // Packed weights that leave the cache are written, and read again.
  const int64_t weights = stages.type_of(parts.contraction.weights).bytes();
  if (parts.contraction.weights >= static_cast<int>(stages.operands.size()) &&
      weights > target.l2_bytes)
    seconds += 2 * static_cast<double>(weights) / machine.bytes_per_second;
  return seconds;
}

} // namespace fovea::kernels
