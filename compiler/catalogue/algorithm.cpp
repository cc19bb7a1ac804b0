#include "compiler/catalogue/directives.hpp"

#include <fovea/catalogue/algorithm.hpp>
#include <fovea/error.hpp>

#include <algorithm>

namespace fovea::catalogue {

std::vector<TensorType> operand_types(const Algorithm& algorithm, const Problem& problem) {
  std::vector<TensorType> types;
  for (int k = 0; k < static_cast<int>(problem.definition.operands.size()); ++k) {
    const TensorType& type = problem.definition.operands[static_cast<size_t>(k)].type;
    const auto prepared = problem.forms.is_prepared(k) ? algorithm.preparation(problem, k)
                                                       : std::optional<Definition>();
    types.push_back(prepared
                        ? prepared->type_of(prepared->tensor_of_equation(prepared->results.at(0)))
                        : stored_type(type, problem.forms.operand(k)));
  }
  return types;
}

std::vector<TensorType> result_types(const Problem& problem) {
  const Definition& definition = problem.definition;
  std::vector<TensorType> types;
  for (const int equation : definition.results)
    types.push_back(stored_type(definition.type_of(definition.tensor_of_equation(equation)),
                                problem.forms.result(static_cast<int>(types.size()))));
  return types;
}

const Algorithm& Catalogue::find(std::string_view name) const {
  std::vector<std::string> names;
  for (const Algorithm* algorithm : algorithms_) {
    if (algorithm->name() == name)
      return *algorithm;
    names.emplace_back(algorithm->name());
  }
  throw Error({.what = "there is no algorithm '" + std::string(name) + "'",
               .expected = "one of " + listed(names),
               .got = "'" + std::string(name) + "'",
               .hint = nearest_hint(name, names)});
}

Forms preferred_forms(const Algorithm& algorithm, const Problem& problem) {
  Forms forms;
  for (int k = 0; k < static_cast<int>(problem.definition.operands.size()); ++k)
    forms.operands.push_back(algorithm.preferred_operand_layout(problem, k));
  for (int k = 0; k < static_cast<int>(problem.definition.results.size()); ++k)
    forms.results.push_back(algorithm.preferred_result_layout(problem, k));
  return forms;
}

Problem with_preparations(const Algorithm& algorithm, Problem problem,
                          const std::vector<bool>& known) {
  problem.forms.prepared.assign(problem.definition.operands.size(), false);
  for (size_t k = 0; k < std::min(known.size(), problem.definition.operands.size()); ++k)
    problem.forms.prepared[k] =
        known[k] && algorithm.preparation(problem, static_cast<int>(k)).has_value();
  return problem;
}

void judge_workspace(Candidate& candidate, const Limits& limits) {
  if (candidate.verdict != Verdict::possible || limits.workspace_bytes == Limits::any)
    return;
  candidate.workspace_bytes =
      candidate.algorithm->workspace_bytes(candidate.problem, candidate.own_schedule());
  if (candidate.workspace_bytes > limits.workspace_bytes)
    candidate.verdict = Verdict::exceeds_workspace;
}

// Under the default schedule.
static Candidate judge_default(const Algorithm& algorithm, const Problem& problem,
                               const std::vector<bool>& known, const Limits& limits) {
  Candidate candidate{.algorithm = &algorithm};
  if (!algorithm.matches(problem)) {
    candidate.verdict = Verdict::no_match;
    return candidate;
  }
  candidate.problem = with_preparations(algorithm, problem, known);
  if (algorithm.error_bound() > limits.error_bound)
    candidate.verdict = Verdict::transforms_sums;
  judge_workspace(candidate, limits);
  return candidate;
}

// One that exceeds the workspace, under its lean schedule where that needs less.
static void make_lean(Candidate& candidate, const Limits& limits) {
  if (candidate.verdict != Verdict::exceeds_workspace)
    return;
  std::optional<Schedule> lean = candidate.algorithm->lean_schedule(candidate.problem);
  if (!lean)
    return;
  const int64_t bytes = candidate.algorithm->workspace_bytes(candidate.problem, *lean);
  if (bytes >= candidate.workspace_bytes)
    return;
  candidate.schedule = std::move(lean);
  candidate.workspace_bytes = bytes;
  if (bytes <= limits.workspace_bytes)
    candidate.verdict = Verdict::possible;
}

Candidate Catalogue::judge(const Algorithm& algorithm, const Problem& problem,
                           const std::vector<bool>& known, const Limits& limits) {
  Candidate candidate = judge_default(algorithm, problem, known, limits);
  make_lean(candidate, limits);
  return candidate;
}

std::vector<Candidate> Catalogue::judge_all(const Problem& problem, const std::vector<bool>& known,
                                            const Limits& limits) const {
  std::vector<Candidate> all;
  for (const Algorithm* algorithm : algorithms_)
    all.push_back(judge_default(*algorithm, problem, known, limits));
  const auto is_possible = [](const Candidate& one) { return one.verdict == Verdict::possible; };
  if (std::ranges::none_of(all, is_possible))
    for (Candidate& one : all)
      make_lean(one, limits);
  return all;
}

std::vector<Candidate> Catalogue::matching(const Problem& problem, const std::vector<bool>& known,
                                           const Limits& limits) const {
  std::vector<Candidate> all = judge_all(problem, known, limits);
  std::erase_if(all, [](const Candidate& one) { return one.verdict != Verdict::possible; });
  return all;
}

std::vector<Candidate> Catalogue::matching_as_preferred(const Problem& problem,
                                                        const std::vector<bool>& known,
                                                        const Limits& limits) const {
  const Problem plain{problem.definition, problem.target, {}};
  std::vector<Candidate> found;
  // Whether memory suffices is asked of the forms that it is going to have.
  for (const Candidate& one : matching(plain, known, {.error_bound = limits.error_bound})) {
    Problem own = plain;
    own.forms = preferred_forms(*one.algorithm, plain);
    if (Candidate preferred = judge_default(*one.algorithm, own, known, limits);
        preferred.verdict == Verdict::possible)
      found.push_back(std::move(preferred));
  }
  return found;
}

// Each candidate as a choice, the one of least cost first.
static std::vector<Choice> by_cost(std::vector<Candidate> candidates, const Machine& machine) {
  std::vector<Choice> choices;
  for (Candidate& one : candidates) {
    const Cost cost = one.algorithm->cost(one.problem, machine);
    choices.push_back({std::move(one), cost});
  }
  std::ranges::stable_sort(choices, {}, [](const Choice& one) { return one.cost.seconds; });
  return choices;
}

std::vector<Choice> Catalogue::choices(const Problem& problem, const std::vector<bool>& known,
                                       const Machine& machine, const Limits& limits) const {
  return by_cost(matching(problem, known, limits), machine);
}

// Why there is no choice: of all that match, the one of least workspace exceeds the limit.
static void fail_for_workspace(const std::vector<Candidate>& candidates, const Limits& limits) {
  const Candidate* least = nullptr;
  for (const Candidate& one : candidates)
    if (one.verdict == Verdict::exceeds_workspace &&
        (!least || one.workspace_bytes < least->workspace_bytes))
      least = &one;
  if (least)
    throw Error({.what = "no algorithm computes '" + least->problem.definition.name +
                         "' within the workspace that is allowed",
                 .expected = "at least " + std::to_string(least->workspace_bytes) +
                             " bytes, which '" + std::string(least->algorithm->name()) + "' needs",
                 .got = "max_workspace = " + std::to_string(limits.workspace_bytes) + " bytes"});
}

Choice Catalogue::best(const Problem& problem, const std::vector<bool>& known,
                       const Machine& machine, const Limits& limits) const {
  // Workspace takes long to find out: it is asked of the best first, and of no more than needed.
  for (Choice& one :
       by_cost(matching(problem, known, {.error_bound = limits.error_bound}), machine)) {
    judge_workspace(one, limits);
    if (one.verdict == Verdict::possible)
      return std::move(one);
  }
  std::vector<Choice> lean = choices(problem, known, machine, limits);
  if (!lean.empty())
    return std::move(lean.front());
  fail_for_workspace(judge_all(problem, known, limits), limits);
  throw Error({.what = "no algorithm computes '" + problem.definition.name + "'",
               .expected = "an algorithm that matches",
               .got = std::to_string(algorithms_.size()) + " that do not"});
}

} // namespace fovea::catalogue
