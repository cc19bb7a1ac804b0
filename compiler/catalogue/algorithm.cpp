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
  const std::string near = nearest(name, names);
  throw Error({.what = "there is no algorithm '" + std::string(name) + "'",
               .where = {},
               .expected = "one of " + listed(names),
               .got = "'" + std::string(name) + "'",
               .detail = {},
               .hint = near.empty() ? "" : "did you mean `" + near + "`?",
               .trail = {}});
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

std::vector<Choice> Catalogue::choices(const Problem& problem, const std::vector<bool>& known,
                                       const Machine& machine, ErrorBound bound) const {
  std::vector<Choice> choices;
  for (const Algorithm* algorithm : algorithms_) {
    if (algorithm->error_bound() > bound || !algorithm->matches(problem))
      continue;
    const Problem own = with_preparations(*algorithm, problem, known);
    Choice choice{algorithm, own.forms, algorithm->default_schedule(own), {}};
    choice.cost = algorithm->cost(own, choice.schedule, machine);
    choices.push_back(std::move(choice));
  }
  std::ranges::stable_sort(choices, {}, [](const Choice& one) { return one.cost.seconds; });
  return choices;
}

Choice Catalogue::best(const Problem& problem, const std::vector<bool>& known,
                       const Machine& machine, ErrorBound bound) const {
  std::vector<Choice> found = choices(problem, known, machine, bound);
  if (found.empty())
    throw Error({.what = "no algorithm computes '" + problem.definition.name + "'",
                 .where = {},
                 .expected = "an algorithm that matches",
                 .got = std::to_string(algorithms_.size()) + " that do not",
                 .detail = {},
                 .hint = {},
                 .trail = {}});
  return std::move(found.front());
}

} // namespace fovea::catalogue
