// Networks at random: compiled with all optimisations, without any, and interpreted, they give the
// same within the bounds that the interpreter derives.
#include "tests/graphs/check_graph.hpp"

#include <random_graph.hpp>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>

namespace fovea::testing {
namespace {

std::string repeat(uint64_t seed) {
  return fmt::format("FOVEA_TEST_SEED={} test_graphs", seed);
}

GraphReport check(uint64_t seed, int most_steps = 1000) {
  return check_graph(random_graph(seed, most_steps).network, {.seed = seed, .title = repeat(seed)});
}

// The smallest beginning of the graph that fails, too, and how.
std::string shrunk(uint64_t seed, int steps) {
  for (int fewer = 0; fewer < steps; ++fewer)
    if (const GraphReport report = check(seed, fewer); !report.failure.empty())
      return fmt::format("after {} of {} steps already:\n{}  {}\n", fewer, steps,
                         to_text(random_graph(seed, fewer).network), report.failure);
  return "";
}

TEST(RandomGraphs, AgreeWithTheInterpreter) {
  const char* given = std::getenv("FOVEA_TEST_SEED");
  const bool all = std::getenv("FOVEA_TEST_ALL") != nullptr;
  const uint64_t first = given ? std::strtoull(given, nullptr, 10) : 1;
  const uint64_t count = all ? 2000 : given ? 1 : 50;
  int64_t elements = 0, vague = 0, failures = 0;
  int transformed = 0;
  for (uint64_t seed = first; seed < first + count && failures < 20; ++seed) {
    const RandomGraph graph = random_graph(seed);
    const GraphReport report = check(seed);
    elements += report.elements;
    vague += report.vague;
    transformed += report.transformed;
    if (report.failure.empty())
      continue;
    ++failures;
    ADD_FAILURE() << "to repeat it alone: " << repeat(seed) << "\n"
                  << to_text(graph.network) << "  " << report.failure << "\n"
                  << shrunk(seed, graph.steps);
  }
  fmt::print("{} graphs from FOVEA_TEST_SEED={} on: {} floats, {} with a wide bound, {} kernels "
             "with transformed sums\n",
             count, first, elements, vague, transformed);
  if (!given) {
    EXPECT_LT(vague * 4, elements) << "bounds are so wide that errors would pass";
    EXPECT_GT(transformed, 0);
  }
}

TEST(RandomGraphs, AreEqualForEqualSeedsAndBeginAlikeWithFewerSteps) {
  for (uint64_t seed = 1; seed < 200; ++seed) {
    const RandomGraph graph = random_graph(seed);
    EXPECT_EQ(to_text(graph.network), to_text(random_graph(seed).network));
    const RandomGraph shorter = random_graph(seed, graph.steps - 1);
    ASSERT_EQ(shorter.steps, graph.steps - 1);
    for (size_t n = 0; n < shorter.network.nodes().size(); ++n)
      EXPECT_EQ(shorter.network.nodes()[n].layer, graph.network.nodes()[n].layer);
  }
}

} // namespace
} // namespace fovea::testing
