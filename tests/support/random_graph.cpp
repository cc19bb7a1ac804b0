#include "random_graph.hpp"

#include "random_steps.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <set>

namespace fovea::testing {
namespace {

// What is read, what nobody reads, now and then an input as it came, or one tensor twice.
void add_outputs(RandomSteps& steps, uint64_t seed) {
  Random random(seed * 7 + 3); // of its own: fewer steps choose as they may
  Network& net = steps.network();
  std::set<int> read;
  for (const NodeInfo& node : net.nodes())
    read.insert(node.operands.begin(), node.operands.end());
  int count = 0;
  const auto add = [&](const Tensor<>& value) { net.output(fmt::format("y{}", count++), value); };
  for (const Tensor<>& value : steps.values()) {
    const bool is_input = net.values()[static_cast<size_t>(value.value())].node < 0;
    const uint64_t chances = is_input ? 1 : read.count(value.value()) ? 2 : 15; // of 16
    if (random() % 16 < chances)
      add(value);
  }
  if (count == 0 || random() % 16 == 0)
    add(steps.values().back());
}

} // namespace

RandomGraph random_graph(uint64_t seed, int most_steps) {
  RandomSteps steps(fmt::format("graph {}", seed), seed);
  const size_t wanted = 3 + seed % 6; // ops
  int made = 0;
  for (int attempt = 0; attempt < 200 && made < most_steps; ++attempt) {
    if (steps.network().nodes().size() >= wanted || steps.is_a_lot())
      break;
    made += steps.try_one();
  }
  add_outputs(steps, seed);
  return {steps.network(), made};
}

std::string to_text(const Network& network) {
  const std::vector<ValueInfo>& values = network.values();
  const auto value = [&](int number) -> const ValueInfo& {
    return values[static_cast<size_t>(number)];
  };
  std::string text;
  auto out = std::back_inserter(text);
  for (const int input : network.inputs())
    fmt::format_to(out, "  {}: {} = input\n", value(input).name, to_string(value(input).type));
  for (const NodeInfo& node : network.nodes()) {
    std::string operands, attributes;
    for (const int operand : node.operands)
      operands += (operands.empty() ? "" : ", ") + value(operand).name +
                  (value(operand).is_parameter ? ":" + to_string(value(operand).type.shape) : "");
    for (const auto& [name, attribute] : node.op->chosen_attributes())
      attributes += " " + name + "=" + to_string(attribute);
    fmt::format_to(out, "  {}: {} = {}({}){}\n", node.layer,
                   to_string(value(node.results.at(0)).type), node.op->name(), operands,
                   attributes);
  }
  for (const OutputInfo& output : network.outputs())
    fmt::format_to(out, "  output {} = {}\n", output.name, value(output.value).name);
  return text;
}

} // namespace fovea::testing
