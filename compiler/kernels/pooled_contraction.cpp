#include "compiler/kernels/pooled_contraction.hpp"

#include "compiler/kernels/blocked_columns.hpp"
#include "compiler/kernels/chain.hpp"
#include "compiler/kernels/reads.hpp"
#include "compiler/kernels/whole_maps.hpp"

namespace fovea::kernels {
namespace {

using catalogue::Layout;
using catalogue::Problem;

// Each axis of the image is one that the result keeps, or is walked from end to end.
bool sees_whole_maps(const Definition& pooling, const ChannelWindows& windows) {
  const Equation& equation = pooling.equations[static_cast<size_t>(windows.equation)];
  const Shape image = pooling.type_of(windows.image).shape;
  for (int d = 0; d < image.rank(); ++d) {
    const ChannelWindows::Axis& axis = windows.axes[static_cast<size_t>(d)];
    if (!axis.is_window())
      continue;
    const bool moves = axis.row >= 0 && extent_of(equation, axis.row) > 1;
    if (moves || axis.term < 0 || axis.dilation != 1 || axis.offset != 0 ||
        extent_of(equation, axis.term) != image[d])
      return false;
  }
  return true;
}

// No other part reads the contraction's weights, which may come packed.
bool weights_are_own(const std::vector<Stage>& parts, const Contraction& contraction) {
  const int weights = parts[0].sources[static_cast<size_t>(contraction.weights)].operand;
  return parts_that_read(parts, weights) == 1;
}

} // namespace

std::optional<PooledContraction> pooled_contraction(const Problem& problem) {
  auto parts = parts_of_chain(problem.definition);
  if (!parts || parts->size() != 2 || !read_all_operands(*parts, problem.definition))
    return std::nullopt;
  parts->back().definition = whole_maps_as_windows(parts->back().definition);
  const Definition &first = (*parts)[0].definition, &second = (*parts)[1].definition;
  const auto contraction = packable_contraction(first);
  const auto windows = channel_windows(second);
  if (!contraction || !contraction->groups.empty() || contraction->columns.size() != 1 ||
      !weights_are_own(*parts, *contraction) || !windows || windows->weights >= 0)
    return std::nullopt;
  const int between = static_cast<int>(second.operands.size()) - 1;
  const int column = contraction->columns[0];
  if (windows->image != between || count_reads(second, between) != 1 ||
      windows->channel_axis != column || !sees_whole_maps(second, *windows))
    return std::nullopt;
  PooledContraction pooled{{}, *windows};
  const Layout blocks = Layout::blocked(column, problem.target.lanes(4));
  for (const Stage& part : *parts)
    pooled.parts.push_back(
        {problem_of_part(problem, part, &part == &parts->back(), blocks), part.sources});
  return has_blocked_columns(pooled.parts[0].problem) &&
                 has_channel_vectors(pooled.parts[1].problem, *windows)
             ? std::optional(std::move(pooled))
             : std::nullopt;
}

Definition pooled_contraction_system(const Problem& problem, const PooledContraction& pooled) {
  const PooledContraction::Part &contraction = pooled.parts[0], &pooling = pooled.parts[1];
  return compose_systems(problem.definition,
                         {{blocked_columns(contraction.problem), contraction.sources},
                          {channel_vectors(pooling.problem, pooled.windows), pooling.sources}});
}

} // namespace fovea::kernels
