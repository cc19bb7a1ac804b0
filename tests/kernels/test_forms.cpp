#include "tests/kernels/forms.hpp"

#include <algorithm>
#include <set>

// Every algorithm of the catalogue, in every form that it takes, with every epilogue: first its
// rewriting, by the interpreter alone, then its kernel.
namespace fovea::kernel_test {
namespace {

std::vector<std::string> algorithm_names() {
  std::vector<std::string> names;
  const catalogue::Catalogue catalogue = kernels::make_catalogue();
  for (const Algorithm* algorithm : catalogue.algorithms())
    names.emplace_back(algorithm->name());
  return names;
}

// The machine itself, and what it has of older ones.
std::vector<catalogue::Target> targets() {
  std::vector<catalogue::Target> list{test_target()};
  if (list[0].arch != "x86-64")
    return list;
  for (const char* text : {"x86-64-linux avx2 fma f16c threads=4", "x86-64-linux sse41 threads=1",
                           "x86-64-linux threads=4"}) {
    const catalogue::Target target = catalogue::parse_target(text);
    if (target.avx2 <= list[0].avx2 && target.fma <= list[0].fma && target.sse41 <= list[0].sse41)
      list.push_back(target);
  }
  return list;
}

class AlgorithmForms : public ::testing::TestWithParam<std::string> {};

// Fails with the seed of the case that is wrong: FOVEA_TEST_SEED=... runs that one first.
TEST_P(AlgorithmForms, AgreeWithTheDefinition) {
  const Algorithm& algorithm = find_algorithm(GetParam());
  const std::vector<catalogue::Target> all_targets = targets();
  const size_t kernels = runs_all() ? 150 : std::max<size_t>(5, 60 / algorithm_names().size());
  const uint64_t first = base_seed(1);
  // Rewritings are cheap to check: some more of them.
  for (uint64_t seed = first; seed < first + 4 * kernels; ++seed) {
    SCOPED_TRACE("FOVEA_TEST_SEED=" + std::to_string(seed));
    Random random(seed * 7919);
    const catalogue::Target& target =
        all_targets[runs_all() ? random() % all_targets.size() : size_t{0}];
    const std::optional<Problem> problem =
        random_problem(algorithm, target, epilogues[seed % std::size(epilogues)], random);
    ASSERT_TRUE(problem) << "no random problem matches: random_anchor makes none of its kind";
    check_forms(algorithm, *problem,
                {.seed = random(),
                 .special_values =
                     random() % 6 == 0 && algorithm.error_bound() == catalogue::ErrorBound::running,
                 .compiled = (seed - first) % 4 == 0,
                 .most_elements = 0});
  }
}

// Every combination of forms, for a few problems.
TEST_P(AlgorithmForms, EveryCombination) {
  const Algorithm& algorithm = find_algorithm(GetParam());
  const uint64_t problems = runs_all() ? 2 : 1;
  const uint64_t first = base_seed(1);
  for (uint64_t seed = first; seed < first + problems; ++seed)
    for (const catalogue::Target& target : targets())
      for (const Epilogue epilogue : epilogues) {
        SCOPED_TRACE("FOVEA_TEST_SEED=" + std::to_string(seed));
        Random random(seed * 104729 + static_cast<uint64_t>(epilogue));
        std::optional<Problem> problem = random_problem(algorithm, target, epilogue, random);
        ASSERT_TRUE(problem);
        for (const Forms& forms : accepted_forms(algorithm, *problem)) {
          problem->forms = forms;
          check_forms(algorithm, *problem,
                      {.seed = random(),
                       .special_values = false,
                       .compiled = runs_all(),
                       .most_elements = 0});
        }
      }
}

INSTANTIATE_TEST_SUITE_P(Catalogue, AlgorithmForms, ::testing::ValuesIn(algorithm_names()),
                         [](const auto& info) { return info.param; });

} // namespace
} // namespace fovea::kernel_test
