#include "compiler/driver/explain.hpp"

#include "compiler/driver/compilation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
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

passes::LayerChoice choice_for(const Compilation& compilation, const std::string& layer) {
  const auto found = compilation.choices().find(layer);
  return found == compilation.choices().end() ? passes::LayerChoice{} : found->second;
}

std::vector<KernelExplanation::Doc> docs_of(const Compilation& compilation, const ir::Call& call) {
  std::vector<KernelExplanation::Doc> docs;
  for (const NodeInfo& node : compilation.network().nodes())
    if (const std::string& doc = node.op->notes().doc;
        !doc.empty() && std::ranges::find(call.layers, node.layer) != call.layers.end())
      docs.push_back({node.layer, doc});
  return docs;
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
                           .docs = docs_of(compilation, call),
                           .schedule_is_given =
                               !choice_for(compilation, call.layer).schedule.empty(),
                           .cost = chosen.cost(problem, machine),
                           .grain = catalogue::grain_of(schedule, chosen.stages(problem)),
                           .alternatives = {}};
  for (const catalogue::Choice& other : compilation.catalogue().choices(
           {call.definition, compilation.target(), without_preparations(call.forms)},
           known_to(compilation, call), machine, compilation.limits()))
    if (other.algorithm != &chosen)
      kernel.alternatives.push_back({std::string(other.algorithm->name()),
                                     std::string(other.algorithm->summary()), other.cost});
  return kernel;
}

// How far another algorithm's estimate is from that of the chosen one.
std::string compared(double seconds, double chosen) {
  return seconds >= chosen ? fmt::format("{:.2f} times the estimate", seconds / chosen)
                           : "not chosen: an algorithm was given";
}

std::string why_not(const catalogue::Candidate& candidate, const catalogue::Limits& limits) {
  switch (candidate.verdict) {
  case catalogue::Verdict::no_match:
    return "does not compute this";
  case catalogue::Verdict::transforms_sums:
    return "transforms sums, which exact results forbid";
  case catalogue::Verdict::exceeds_workspace:
    return fmt::format("needs more workspace than {} bytes", limits.workspace_bytes);
  default:
    return "";
  }
}

// By the judgement that chose.
void add_reasons(KernelExplanation& kernel, const Compilation& compilation, const ir::Call& call) {
  const catalogue::Limits limits = compilation.limits();
  const std::vector<bool> known = known_to(compilation, call);
  const catalogue::Problem problem{call.definition, compilation.target(),
                                   without_preparations(call.forms)};
  const auto& options = compilation.options();
  kernel.reason = !choice_for(compilation, call.layer).algorithm.empty() ? "given"
                  : options.optimization < 2 ? "the only one at this level"
                                             : "the least estimate";
  for (const catalogue::Candidate& one :
       compilation.catalogue().judge_all(problem, known, limits)) {
    const catalogue::Algorithm& algorithm = *one.algorithm;
    const auto workspace = [&](const Schedule& schedule) {
      return algorithm.workspace_bytes(one.problem, schedule);
    };
    if (algorithm.name() == call.algorithm) {
      kernel.workspace_bytes = workspace(Schedule::parse(call.schedule));
      continue;
    }
    KernelExplanation::Other other{.algorithm = std::string(algorithm.name()),
                                   .reason = why_not(one, limits)};
    if (one.verdict != catalogue::Verdict::no_match) {
      other.workspace_bytes = workspace(one.own_schedule());
      other.cost = algorithm.cost(one.problem, compilation.machine());
      if (other.reason.empty())
        other.reason = options.optimization < 2
                           ? "this level takes the generic one"
                           : compared(other.cost->seconds, kernel.cost.seconds);
    }
    kernel.others.push_back(std::move(other));
  }
  std::ranges::stable_sort(kernel.others, {}, [](const KernelExplanation::Other& other) {
    return other.cost ? other.cost->seconds : std::numeric_limits<double>::infinity();
  });
}

void add_tensors(KernelExplanation& kernel, const ir::Call& call) {
  const Definition& definition = call.definition;
  for (int k = 0; k < static_cast<int>(definition.operands.size()); ++k) {
    const Operand& operand = definition.operands[static_cast<size_t>(k)];
    kernel.tensors.push_back({.name = operand.name,
                              .is_prepared = call.forms.is_prepared(k),
                              .shape = operand.type.shape,
                              .layout = call.forms.operand(k)});
  }
  for (int k = 0; k < static_cast<int>(definition.results.size()); ++k) {
    const int equation = definition.results[static_cast<size_t>(k)];
    kernel.tensors.push_back(
        {.name = definition.equations[static_cast<size_t>(equation)].name,
         .is_result = true,
         .shape = definition.type_of(definition.tensor_of_equation(equation)).shape,
         .layout = call.forms.result(k)});
  }
}

// Of all that was refused: what this kernel has part in, and has not got in the end.
void add_refusals(KernelExplanation& kernel, const std::vector<passes::FusionRefusal>& refusals) {
  const auto computes = [&](const std::string& layer) {
    return std::ranges::find(kernel.layers, layer) != kernel.layers.end();
  };
  for (const passes::FusionRefusal& one : refusals) {
    if (!computes(one.consumer) || computes(one.producer))
      continue;
    // The last word counts, of several as the kernel grew.
    std::erase_if(kernel.not_fused, [&](const KernelExplanation::NotFused& earlier) {
      return earlier.producer == one.producer && earlier.consumer == one.consumer;
    });
    kernel.not_fused.push_back({one.producer, one.consumer, one.reason});
  }
}

} // namespace

std::vector<KernelExplanation> explain(const Network& network, const CompileOptions& options,
                                       SourceLocation location, Detail detail) {
  Compilation compilation(network, options, location);
  std::vector<KernelExplanation> kernels;
  if (!compilation.lower())
    return kernels;
  std::map<std::string, size_t> known;
  for (const ir::Call& call : compilation.plan().calls) {
    const auto [found, is_new] = known.emplace(call.symbol, kernels.size());
    if (!is_new) {
      for (const std::string& layer : call.layers)
        kernels[found->second].same_as_it.push_back(layer);
      continue;
    }
    kernels.push_back(explain_call(compilation, call));
    if (detail == Detail::choices)
      continue;
    add_reasons(kernels.back(), compilation, call);
    add_tensors(kernels.back(), call);
    add_refusals(kernels.back(), compilation.refusals());
  }
  return kernels;
}

catalogue::KernelDump dump(const KernelExplanation& kernel) {
  return kernels::make_halide_compiler()->dump(kernel.request);
}

} // namespace fovea::driver
