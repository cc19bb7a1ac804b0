#include "compiler/driver/explain.hpp"

#include "compiler/driver/compilation.hpp"

#include <algorithm>
#include <map>

namespace fovea::driver {
namespace {

KernelExplanation explain_call(const Compilation& compilation, const ir::Call& call) {
  const catalogue::Algorithm& chosen = compilation.catalogue().find(call.algorithm);
  const Schedule schedule = Schedule::parse(call.schedule);
  KernelExplanation kernel{.layer = call.layer,
                           .layers = call.layers,
                           .ops = call.ops,
                           .same_as_it = {},
                           .request = {.definition = call.definition,
                                       .algorithm = call.algorithm,
                                       .schedule = schedule,
                                       .target = compilation.target(),
                                       .symbol = call.symbol},
                           .algorithm_summary = std::string(chosen.summary()),
                           .schedule_is_given =
                               compilation.options().schedules.contains(call.layer),
                           .cost = chosen.cost(call.definition, compilation.target(), schedule),
                           .alternatives = {}};
  for (const catalogue::Algorithm* other : compilation.catalogue().algorithms())
    if (other != &chosen && other->matches(call.definition))
      kernel.alternatives.push_back(
          {std::string(other->name()), std::string(other->summary()),
           other->cost(call.definition, compilation.target(),
                       other->default_schedule(call.definition, compilation.target()))});
  std::ranges::stable_sort(kernel.alternatives, {},
                           [](const auto& one) { return one.cost.seconds; });
  return kernel;
}

} // namespace

std::vector<KernelExplanation> explain(const Network& network, const CompileOptions& options,
                                       SourceLocation location) {
  Compilation compilation(network, options, location);
  std::vector<KernelExplanation> kernels;
  if (!compilation.lower())
    return kernels;
  std::map<std::string, size_t> known;
  for (const ir::Call& call : compilation.plan().calls) {
    const auto [found, is_new] = known.emplace(call.symbol, kernels.size());
    if (is_new)
      kernels.push_back(explain_call(compilation, call));
    else
      for (const std::string& layer : call.layers)
        kernels[found->second].same_as_it.push_back(layer);
  }
  return kernels;
}

catalogue::KernelDump dump(const KernelExplanation& kernel) {
  return kernels::make_halide_compiler()->dump(kernel.request);
}

} // namespace fovea::driver
