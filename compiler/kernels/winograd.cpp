#include "compiler/kernels/winograd.hpp"

#include "compiler/kernels/blocked_columns.hpp"
#include "compiler/kernels/indices.hpp"
#include "compiler/kernels/winograd_bound.hpp"
#include "compiler/kernels/winograd_schedule.hpp"

#include <algorithm>
#include <cmath>

namespace fovea::kernels {

using catalogue::Layout;
using catalogue::Problem;

Winograd::Winograd(int64_t tile)
    : tile_(tile), name_("winograd" + std::to_string(tile)),
      summary_("minimal filtering in tiles of " + std::to_string(tile) +
               " results: transforms around one matrix product for each of their points") {}

bool Winograd::matches(const Problem& problem) const {
  return winograd_form(problem, tile_).has_value();
}

Layout Winograd::preferred_operand_layout(const Problem& problem, int operand) const {
  const Contraction contraction = winograd_form(problem, tile_)->contraction;
  const Definition& definition = problem.definition;
  const Shape shape = definition.operands[static_cast<size_t>(operand)].type.shape;
  const int64_t block = problem.target.lanes(4);
  if (operand == contraction.image)
    return Layout::blocked(channel_axis(definition, contraction), block);
  const bool same =
      shape == definition.equations[static_cast<size_t>(contraction.equation)].shape();
  return same && operand != contraction.weights ? Layout::blocked(contraction.columns[0], block)
                                                : Layout();
}

Layout Winograd::preferred_result_layout(const Problem& problem, int) const {
  return Layout::blocked(winograd_form(problem, tile_)->contraction.columns[0],
                         problem.target.lanes(4));
}

std::optional<Definition> Winograd::preparation(const Problem& problem, int operand) const {
  const std::optional<WinogradForm> form = winograd_form(problem, tile_);
  if (!form || operand != form->contraction.weights)
    return std::nullopt;
  return winograd_weights(problem, *form);
}

std::optional<catalogue::TransformError>
Winograd::transform_error(const Problem& problem, const std::vector<double>& magnitudes) const {
  const WinogradForm form = *winograd_form(problem, tile_);
  const Contraction& contraction = form.contraction;
  std::vector<WinogradTransform> transforms;
  for (const WinogradAxis& axis : form.axes)
    transforms.push_back(axis.transform());
  // Padding counts as part of the image.
  double image = magnitudes.at(static_cast<size_t>(contraction.image));
  for (const Subscript& subscript : factors_of(problem.definition, contraction).image->subscripts)
    if (subscript.fill)
      image = std::max(image, std::abs(subscript.fill->constant));
  const int64_t channels = extent_of(sum_of(problem.definition, form), form.channel);
  return {{contraction.equation, winograd_bound(transforms, channels) * image *
                                     magnitudes.at(static_cast<size_t>(contraction.weights))}};
}

Definition Winograd::system(const Problem& problem) const {
  return winograd_system(problem, *winograd_form(problem, tile_)).stages;
}

catalogue::Schedule Winograd::default_schedule(const Problem& problem) const {
  const WinogradForm form = *winograd_form(problem, tile_);
  const WinogradSystem system = winograd_system(problem, form);
  const WinogradExtents extents = winograd_extents(problem.definition, form);
  return winograd_schedule(problem, form, system, winograd_plan(problem, form, extents));
}

catalogue::Cost Winograd::cost(const Problem& problem, const catalogue::Machine& machine) const {
  const WinogradForm form = *winograd_form(problem, tile_);
  const WinogradExtents extents = winograd_extents(problem.definition, form);
  const WinogradPlan plan = winograd_plan(problem, form, extents);
  const double threads = problem.target.threads;
  catalogue::Cost cost = cost_of(*this, problem,
                                 {.seconds = plan.cycles * machine.cycle(problem.target),
                                  .shared = plan.speedup > 1 ? plan.speedup / threads : 0},
                                 machine);
  cost.macs = extents.macs(form);
  return cost;
}

} // namespace fovea::kernels
