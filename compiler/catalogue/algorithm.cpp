#include "compiler/catalogue/directives.hpp"

#include <fovea/catalogue/algorithm.hpp>
#include <fovea/error.hpp>

namespace fovea::catalogue {

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

const Algorithm& Catalogue::best(const Definition& definition, const Target& target,
                                 ErrorBound bound) const {
  const Algorithm* best = nullptr;
  double least = 0;
  for (const Algorithm* algorithm : algorithms_) {
    if (algorithm->error_bound() > bound || !algorithm->matches(definition))
      continue;
    const double seconds =
        algorithm->cost(definition, target, algorithm->default_schedule(definition, target))
            .seconds;
    if (!best || seconds < least) {
      best = algorithm;
      least = seconds;
    }
  }
  if (!best)
    throw Error({.what = "no algorithm computes '" + definition.name + "'",
                 .where = {},
                 .expected = "an algorithm that matches",
                 .got = std::to_string(algorithms_.size()) + " that do not",
                 .detail = {},
                 .hint = {},
                 .trail = {}});
  return *best;
}

} // namespace fovea::catalogue
