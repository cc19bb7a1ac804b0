#include "compiler/kernels/placement.hpp"

#include <algorithm>

namespace fovea::kernels {
namespace {

// Inlining copies expressions: a chain of twelve 3-tap stages would be 3^12 of them.
constexpr double heaviest_inlined = 64;
// So cheap that recomputing it costs less than a trip to memory.
constexpr double weight_of_nothing = 4;

double weight_of(const Node& node) {
  if (node.kind == Node::Kind::read)
    return 1 + static_cast<double>(std::count_if(node.subscripts.begin(), node.subscripts.end(),
                                                 [](const Subscript& subscript) {
                                                   return subscript.boundary != Boundary::none;
                                                 }));
  if (node.kind != Node::Kind::op)
    return 0;
  if (node.op == ScalarOp::fmod || (node.op >= ScalarOp::sin && node.op <= ScalarOp::atanh))
    return 40; // a call a lane
  switch (node.op) {
  case ScalarOp::exp:
  case ScalarOp::log:
  case ScalarOp::tanh:
  case ScalarOp::erf:
  case ScalarOp::pow:
    return 20;
  case ScalarOp::div:
  case ScalarOp::sqrt:
    return 5;
  default:
    return 1;
  }
}

struct Use {
  int consumer = 0;
  int reads = 0;
  bool identity = true;  // each read is of the very element that is computed
  bool gathered = false; // some read may be of any element
};

bool reads_identity(const Equation& consumer, const Node& read, const Equation& producer) {
  if (consumer.free.size() != producer.free.size())
    return false;
  for (size_t k = 0; k < producer.free.size(); ++k)
    if (!read.subscripts[k].index.is_index(static_cast<int>(k)) ||
        consumer.free[k].extent != producer.free[k].extent)
      return false;
  return true;
}

class Placer {
 public:
  Placer(const Definition& stages, PlacementAim aim)
      : stages_(stages), aim_(aim), uses_(stages.equations.size()) {
    const int operands = static_cast<int>(stages.operands.size());
    for (size_t c = 0; c < stages.equations.size(); ++c)
      for_each_node(stages.equations[c].body, [&](const Node& node) {
        if (node.kind != Node::Kind::read || node.tensor < operands)
          return;
        const size_t e = static_cast<size_t>(node.tensor - operands);
        if (uses_[e].empty() || uses_[e].back().consumer != static_cast<int>(c))
          uses_[e].push_back({static_cast<int>(c), 0, true, false});
        Use& use = uses_[e].back();
        ++use.reads;
        use.identity &= reads_identity(stages.equations[c], node, stages.equations[e]);
        use.gathered |= is_gather(node);
      });
  }

  Placement run() {
    for (size_t e = 0; e < stages_.equations.size(); ++e) {
      result_.weights.push_back(weight(e));
      result_.kinds.push_back(kind(e));
      result_.hosts.push_back(-1);
    }
    for (size_t e = 0; e < stages_.equations.size(); ++e)
      if (result_.kinds[e] == Placement::Kind::hosted)
        result_.hosts[e] = host(static_cast<int>(e));
    return std::move(result_);
  }

 private:
  const Equation& equation(size_t e) const { return stages_.equations[e]; }

  double weight(size_t e) const {
    double total = 0;
    for_each_node(equation(e).body, [&](const Node& node) {
      total += weight_of(node);
      const size_t operands = stages_.operands.size(), tensor = static_cast<size_t>(node.tensor);
      if (node.kind == Node::Kind::read && tensor >= operands &&
          result_.kinds[tensor - operands] == Placement::Kind::inlined)
        total += result_.weights[tensor - operands];
    });
    return total;
  }

  // Does it read a reduction, or something inlined that does?
  bool holds_reduction(size_t e) const {
    bool found = equation(e).reduction.has_value();
    for_each_node(equation(e).body, [&](const Node& node) {
      const size_t operands = stages_.operands.size(), tensor = static_cast<size_t>(node.tensor);
      if (node.kind == Node::Kind::read && tensor >= operands &&
          result_.kinds[tensor - operands] != Placement::Kind::root)
        found |= result_.kinds[tensor - operands] == Placement::Kind::hosted ||
                 holds_reduction(tensor - operands);
    });
    return found;
  }

  static bool is_copy(const Equation& equation) {
    return equation.body->kind == Node::Kind::read &&
           std::any_of(
               equation.body->subscripts.begin(), equation.body->subscripts.end(),
               [](const Subscript& s) { return s.boundary != Boundary::none && !s.computed; });
  }

  Placement::Kind kind(size_t e) const {
    const std::vector<int>& results = stages_.results;
    if (std::find(results.begin(), results.end(), static_cast<int>(e)) != results.end())
      return Placement::Kind::root;
    const std::vector<Use>& uses = uses_[e];
    // Of the partial sums of an rfactor the consumer is a reduction.
    const bool single = uses.size() == 1;
    const Equation& consumer = equation(static_cast<size_t>(uses[0].consumer));
    if (equation(e).reduction)
      return single && (uses[0].identity || (consumer.reduction && !uses[0].gathered))
                 ? Placement::Kind::hosted
                 : Placement::Kind::root;
    if (holds_reduction(e))
      return single && uses[0].identity && uses[0].reads == 1 && !consumer.reduction
                 ? Placement::Kind::inlined
                 : Placement::Kind::root;
    if (aim_ == PlacementAim::memory)
      return Placement::Kind::inlined;
    if (is_copy(equation(e)) || result_.weights[e] > heaviest_inlined)
      return Placement::Kind::root;
    double evaluations = 0;
    for (const Use& use : uses)
      evaluations +=
          static_cast<double>(use.reads) *
          static_cast<double>(evaluation_count(equation(static_cast<size_t>(use.consumer))));
    const double own = static_cast<double>(element_count(equation(e)));
    const double weight = result_.weights[e];
    const bool cheap = weight <= 1 || evaluations <= own ||
                       (weight <= weight_of_nothing && evaluations <= 4 * own);
    return cheap ? Placement::Kind::inlined : Placement::Kind::root;
  }

  // The root that a hosted stage ends up in.
  int host(int e) const {
    const int consumer = uses_[static_cast<size_t>(e)][0].consumer;
    return result_.kinds[static_cast<size_t>(consumer)] == Placement::Kind::root ? consumer
                                                                                 : host(consumer);
  }

  const Definition& stages_;
  const PlacementAim aim_;
  std::vector<std::vector<Use>> uses_;
  Placement result_;
};

} // namespace

int64_t element_count(const Equation& equation) {
  return equation.shape().elements();
}

int64_t evaluation_count(const Equation& equation) {
  int64_t count = element_count(equation);
  for (const IndexRange& range : equation.reduced)
    count *= range.extent;
  return count;
}

Placement place(const Definition& stages, PlacementAim aim) {
  return Placer(stages, aim).run();
}

} // namespace fovea::kernels
