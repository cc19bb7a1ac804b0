#include "tests/kernels/forms.hpp"

#include <algorithm>
#include <cstdlib>

namespace fovea::kernel_test {
namespace {

using catalogue::Layout;

// `layouts`, without repetitions, in order.
void add(std::vector<Layout>& layouts, const Layout& layout) {
  if (std::find(layouts.begin(), layouts.end(), layout) == layouts.end())
    layouts.push_back(layout);
}

// Which layouts to try for the operands, then the results.
std::vector<std::vector<Layout>> candidates(const Algorithm& algorithm, const Problem& problem,
                                            bool every_axis) {
  const Definition& definition = problem.definition;
  const Problem plain{definition, problem.target, {}};
  const bool prefers = algorithm.matches(plain); // else it may not be asked
  std::vector<std::vector<Layout>> lists;
  const auto list = [&](const TensorType& type, const Layout& preferred) {
    std::vector<Layout> layouts{Layout::row_major()};
    add(layouts, preferred);
    const int64_t lanes = problem.target.lanes(4);
    const int rank = type.shape.rank();
    for (int axis = every_axis ? 0 : 1; axis < (every_axis ? rank : std::min(rank, 2)); ++axis)
      if (rank < max_rank)
        add(layouts, Layout::blocked(axis, lanes));
    lists.push_back(layouts);
  };
  for (int k = 0; k < static_cast<int>(definition.operands.size()); ++k)
    list(definition.operands[static_cast<size_t>(k)].type,
         prefers ? algorithm.preferred_operand_layout(plain, k) : Layout());
  for (int k = 0; k < static_cast<int>(definition.results.size()); ++k)
    list(definition.type_of(
             definition.tensor_of_equation(definition.results[static_cast<size_t>(k)])),
         prefers ? algorithm.preferred_result_layout(plain, k) : Layout());
  return lists;
}

Forms forms_of(const Definition& definition, const std::vector<Layout>& chosen) {
  const auto split = chosen.begin() + static_cast<std::ptrdiff_t>(definition.operands.size());
  Forms forms;
  forms.operands.assign(chosen.begin(), split);
  forms.results.assign(split, chosen.end());
  forms.prepared.assign(definition.operands.size(), false);
  return forms;
}

} // namespace

bool runs_all() {
  return std::getenv("FOVEA_TEST_ALL") != nullptr;
}

uint64_t base_seed(uint64_t otherwise) {
  const char* text = std::getenv("FOVEA_TEST_SEED");
  return text ? std::strtoull(text, nullptr, 10) : otherwise;
}

Problem as_preferred(const Algorithm& algorithm, const Definition& definition,
                     const catalogue::Target& target) {
  Problem problem{definition, target, {}};
  problem.forms = preferred_forms(algorithm, problem);
  std::vector<bool> weights(definition.operands.size(), true);
  weights[0] = false;
  return catalogue::with_preparations(algorithm, problem, weights);
}

std::vector<Forms> accepted_forms(const Algorithm& algorithm, const Problem& problem) {
  const std::vector<std::vector<Layout>> lists = candidates(algorithm, problem, false);
  std::vector<Forms> found;
  std::vector<size_t> at(lists.size());
  for (;;) {
    std::vector<Layout> chosen;
    for (size_t k = 0; k < lists.size(); ++k)
      chosen.push_back(lists[k][at[k]]);
    Problem own{problem.definition, problem.target, forms_of(problem.definition, chosen)};
    if (algorithm.matches(own)) {
      found.push_back(own.forms);
      const std::vector<bool> all(own.definition.operands.size(), true);
      own = catalogue::with_preparations(algorithm, own, all);
      if (!(own.forms == found.back()) && algorithm.matches(own))
        found.push_back(own.forms);
    }
    size_t k = 0;
    while (k < at.size() && ++at[k] == lists[k].size())
      at[k++] = 0;
    if (k == at.size())
      return found;
  }
}

std::optional<Forms> random_forms(const Algorithm& algorithm, const Problem& problem,
                                  Random& random) {
  const std::vector<std::vector<Layout>> lists = candidates(algorithm, problem, true);
  for (int attempt = 0; attempt < 12; ++attempt) {
    std::vector<Layout> chosen;
    for (const std::vector<Layout>& list : lists) // the first two are what networks have
      chosen.push_back(
          list[random() % (random() % 3 ? std::min<size_t>(2, list.size()) : list.size())]);
    Problem own{problem.definition, problem.target, forms_of(problem.definition, chosen)};
    std::vector<bool> known;
    for (size_t k = 0; k < own.definition.operands.size(); ++k)
      known.push_back(random() % 2 && own.forms.operands[k].is_row_major());
    if (!algorithm.matches(own))
      continue;
    own = catalogue::with_preparations(algorithm, own, known);
    if (algorithm.matches(own))
      return own.forms;
  }
  return std::nullopt;
}

std::optional<Problem> random_problem(const Algorithm& algorithm, const catalogue::Target& target,
                                      Epilogue epilogue, Random& random) {
  for (int attempt = 0; attempt < 3000; ++attempt) {
    const Definition anchor = random_anchor(random);
    if (!random_forms(algorithm, {anchor, target, {}}, random))
      continue;
    const TensorType type = anchor.type_of(anchor.tensor_of_equation(anchor.results[0]));
    if (epilogue != Epilogue::none &&
        !algorithm.accepts_epilogue(anchor, definition_of(epilogue, type)))
      epilogue = Epilogue::none;
    Definition definition = anchor;
    if (algorithm.accepts_prologue(anchor, 0) && random() % 3 == 0)
      definition = with_prologue(anchor, 0, epilogues[1 + random() % 3]);
    Problem problem{with_epilogue(definition, epilogue), target, {}};
    const std::optional<Forms> forms = random_forms(algorithm, problem, random);
    if (!forms)
      continue;
    problem.forms = *forms;
    return problem;
  }
  return std::nullopt;
}

} // namespace fovea::kernel_test
