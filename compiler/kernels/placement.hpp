#pragma once
#include <fovea/definition/definition.hpp>

#include <cstdint>
#include <vector>

// Where each stage of the generic lowering runs by default.
namespace fovea::kernels {

struct Placement {
  enum class Kind : uint8_t {
    root,    // whole, in memory of its own
    inlined, // at every use
    hosted,  // a reduction, accumulated where the root `host` needs it
  };
  std::vector<Kind> kinds;     // per equation
  std::vector<int> hosts;      // hosted: the root whose elements match its own, one to one
  std::vector<double> weights; // of one element, with what is inlined into it; simple operations

  std::vector<size_t> hosted_by(size_t root) const;
};

// The stages whose entry in `hosts` is `host`.
std::vector<size_t> hosted_by(const std::vector<int>& hosts, size_t host);

bool is_result(const Definition& stages, size_t stage);

// Visits what the body of stage `consumer` reads of other stages: visit(read, stage).
template <class Visit>
void for_each_stage_read(const Definition& stages, size_t consumer, Visit&& visit) {
  const int operands = static_cast<int>(stages.operands.size());
  for_each_node(stages.equations[consumer].body, [&](const Node& node) {
    if (node.kind == Node::Kind::read && node.tensor >= operands)
      visit(node, static_cast<size_t>(node.tensor - operands));
  });
}

// What a placement is for: with `memory`, no stage that can be computed at its uses has memory of
// its own, however often it is computed then.
enum class PlacementAim : uint8_t { speed, memory };

Placement place(const Definition& stages, PlacementAim aim = PlacementAim::speed);

} // namespace fovea::kernels
