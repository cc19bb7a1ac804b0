#include "compiler/driver/explain.hpp"

#include "compiler/driver/compilation.hpp"

#include <algorithm>
#include <map>

namespace fovea::driver {
namespace {

// What another algorithm would get: it prepares operands in its own way.
catalogue::Forms without_preparations(catalogue::Forms forms) {
  forms.prepared.clear();
  return forms;
}

// Which operands are prepared already, or weights that could be.
std::vector<bool> known_to(const Compilation& compilation, const ir::Call& call) {
  std::vector<bool> known;
  for (const ir::Slot& slot : call.operands)
    known.push_back(slot.kind == ir::Slot::Kind::prepared ||
                    (slot.kind == ir::Slot::Kind::parameter && compilation.prepares()));
  return known;
}

KernelExplanation explain_call(const Compilation& compilation, const ir::Call& call) {
  const catalogue::Algorithm& chosen = compilation.catalogue().find(call.algorithm);
  const Schedule schedule = Schedule::parse(call.schedule);
  const catalogue::Problem problem{call.definition, compilation.target(), call.forms};
  const catalogue::Machine& machine = compilation.machine();
  KernelExplanation kernel{.layer = call.layer,
                           .layers = call.layers,
                           .ops = call.ops,
                           .same_as_it = {},
                           .request = {.definition = call.definition,
                                       .algorithm = call.algorithm,
                                       .schedule = schedule,
                                       .target = compilation.target(),
                                       .symbol = call.symbol,
                                       .forms = call.forms},
                           .algorithm_summary = std::string(chosen.summary()),
                           .schedule_is_given =
                               compilation.options().schedules.contains(call.layer),
                           .cost = chosen.cost(problem, schedule, machine),
                           .alternatives = {}};
  for (const catalogue::Choice& other : compilation.catalogue().choices(
           {call.definition, compilation.target(), without_preparations(call.forms)},
           known_to(compilation, call), machine))
    if (other.algorithm != &chosen)
      kernel.alternatives.push_back({std::string(other.algorithm->name()),
                                     std::string(other.algorithm->summary()), other.cost});
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
