#include "compiler/kernels/placement.hpp"

#include "compiler/kernels/lists.hpp"
#include "compiler/kernels/reach.hpp"
#include "compiler/kernels/reads.hpp"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

namespace fovea::kernels {
namespace {

// Inlining copies expressions: a chain of twelve 3-tap stages would be 3^12 of them.
constexpr double heaviest_inlined = 64;
// So cheap that recomputing it costs less than a trip to memory.
constexpr double weight_of_nothing = 4;
// A vector that goes to the second cache and comes back, beside the reads of who needs it.
constexpr double weight_of_storing = 3;
// For one element, through all that is inlined: a limit to what Halide has to compile.
constexpr size_t most_reads_inlined = 100;
// Each stands in the loops for every edge and corner, too.
constexpr int64_t most_reads_across_borders = 9;

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
  return consumer.shape() == producer.shape() && reads_own_element(read);
}

class Placer {
 public:
  Placer(const Definition& stages, PlacementAim aim)
      : stages_(stages), aim_(aim), uses_(stages.equations.size()) {
    for (size_t c = 0; c < stages.equations.size(); ++c)
      for_each_stage_read(stages, c, [&](const Node& node, size_t e) {
        if (uses_[e].empty() || uses_[e].back().consumer != static_cast<int>(c))
          uses_[e].push_back({static_cast<int>(c), 0, true, false});
        Use& use = uses_[e].back();
        ++use.reads;
        use.identity &= reads_identity(stages.equations[c], node, stages.equations[e]);
        use.gathered |= is_gather(node);
      });
  }

  Placement run() {
    find_only_readers();
    for (size_t e = 0; e < stages_.equations.size(); ++e) {
      add_weight(e);
      result_.kinds.push_back(kind(e));
      holds_reduction_.push_back(holds_reduction(e));
      result_.hosts.push_back(-1);
    }
    if (aim_ == PlacementAim::speed) {
      inline_what_is_shared();
      inline_copies();
    }
    for (size_t e = 0; e < stages_.equations.size(); ++e)
      if (result_.kinds[e] == Placement::Kind::hosted)
        result_.hosts[e] = host(static_cast<int>(e));
    return std::move(result_);
  }

 private:
  const Equation& equation(size_t e) const { return stages_.equations[e]; }

  // The one stage with memory that a stage's element is for, where each of its elements is for that
  // one's same element, directly or by others of which this holds. There it is computed once,
  // however often it is read: common subexpressions are eliminated.
  void find_only_readers() {
    std::vector<bool> reads_reduction; // there accumulators decide
    for (size_t e = 0; e < stages_.equations.size(); ++e) {
      bool reads = equation(e).reduction.has_value();
      for_each_stage_read(stages_, e,
                          [&](const Node&, size_t read) { reads |= reads_reduction[read]; });
      reads_reduction.push_back(reads);
    }
    only_reader_.resize(stages_.equations.size());
    for (size_t e = stages_.equations.size(); e-- > 0;) {
      only_reader_[e] = static_cast<int>(e);
      if (is_result(e) || reads_reduction[e])
        continue;
      std::set<int> readers;
      bool same = true;
      for (const Use& use : uses_[e]) {
        readers.insert(only_reader_[static_cast<size_t>(use.consumer)]);
        same &= use.identity && !reads_reduction[static_cast<size_t>(use.consumer)];
      }
      if (same && readers.size() == 1)
        only_reader_[e] = *readers.begin();
    }
  }
  bool is_part_of_its_reader(size_t e) const { return only_reader_[e] != static_cast<int>(e); }

  void add_weight(size_t e) {
    double own = 0;
    std::set<size_t> parts;
    for_each_node(equation(e).body, [&](const Node& node) { own += weight_of(node); });
    for_each_stage_read(stages_, e, [&](const Node&, size_t read) {
      if (result_.kinds[read] != Placement::Kind::inlined)
        return;
      if (!is_part_of_its_reader(read)) {
        own += result_.weights[read];
        return;
      }
      parts.insert(read);
      parts.insert(parts_[read].begin(), parts_[read].end());
    });
    double total = own;
    for (const size_t part : parts)
      total += own_weights_[part];
    own_weights_.push_back(own);
    parts_.push_back(std::move(parts));
    result_.weights.push_back(total);
  }

  // Does it read a reduction, or something inlined that does?
  bool holds_reduction(size_t e) const {
    bool found = equation(e).reduction.has_value();
    for_each_stage_read(stages_, e, [&](const Node&, size_t read) {
      found |= result_.kinds[read] != Placement::Kind::root &&
               (result_.kinds[read] == Placement::Kind::hosted || holds_reduction_[read]);
    });
    return found;
  }

  bool is_result(size_t e) const { return kernels::is_result(stages_, e); }

  static bool is_copy(const Equation& equation) {
    return equation.body->kind == Node::Kind::read &&
           std::any_of(
               equation.body->subscripts.begin(), equation.body->subscripts.end(),
               [](const Subscript& s) { return s.boundary != Boundary::none && !s.computed; });
  }

  // A copy in another order, of which some element is read twice.
  bool is_rearranged(size_t e) const {
    const Node& body = *equation(e).body;
    return body.kind == Node::Kind::read &&
           std::any_of(body.subscripts.begin(), body.subscripts.end(), [](const Subscript& s) {
             return s.index.terms.size() > 1 ||
                    (s.index.terms.size() == 1 && s.index.terms[0].inner);
           });
  }

  Placement::Kind kind(size_t e) const {
    if (is_result(e))
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
    if (is_copy(equation(e)))
      return Placement::Kind::root;
    if (is_part_of_its_reader(e))
      return Placement::Kind::inlined;
    if (result_.weights[e] > heaviest_inlined)
      return Placement::Kind::root;
    double evaluations = 0;
    for (const Use& use : uses)
      evaluations +=
          static_cast<double>(use.reads) *
          static_cast<double>(evaluation_count(equation(static_cast<size_t>(use.consumer))));
    const double own = static_cast<double>(element_count(equation(e)));
    const double weight = result_.weights[e];
    if (evaluations > own && is_rearranged(e))
      return Placement::Kind::root;
    const bool cheap = weight <= 1 || evaluations <= own ||
                       (weight <= weight_of_nothing && evaluations <= 4 * own);
    return cheap ? Placement::Kind::inlined : Placement::Kind::root;
  }

  // Elementwise stages that are stored, each, because they are read at several places: of some,
  // what they have in common, computed once where all are inlined, is less work than storing them.
  void inline_what_is_shared() {
    const std::vector<size_t> stored = stored_stencils();
    if (stored.empty())
      return;
    std::vector<size_t> roots; // that read them, and they themselves
    for (size_t e = 0; e < stages_.equations.size(); ++e)
      if (result_.kinds[e] == Placement::Kind::root && !equation(e).reduction)
        roots.push_back(e);
    const auto is_stored = [&](size_t e) { return contains(stored, e); };
    double now = 0, then = 0;
    std::vector<std::pair<size_t, double>> weights;
    for (const size_t root : roots) {
      const auto elements = static_cast<double>(element_count(equation(root)));
      const auto before = weight_with(root, [&](size_t e) { return is_inlined(e); });
      if (!before)
        return;
      now += elements * (*before + (is_result(root) ? 0 : weight_of_storing));
      if (is_stored(root))
        continue;
      const auto after = weight_with(root, [&](size_t e) { return is_inlined(e) || is_stored(e); });
      if (!after)
        return;
      then += elements * (*after + (is_result(root) ? 0 : weight_of_storing));
      weights.emplace_back(root, *after);
    }
    if (then >= now)
      return;
    for (const size_t e : stored)
      result_.kinds[e] = Placement::Kind::inlined;
    for (const auto& [root, weight] : weights)
      result_.weights[root] = weight;
  }

  // An image with its border, of which results read a few places around each element: they read the
  // image itself, in loops of their own where its border is (a fifth to a third of the time less).
  void inline_copies() {
    for (size_t e = 0; e < stages_.equations.size(); ++e)
      if (result_.kinds[e] == Placement::Kind::root && !is_result(e) && has_simple_border(e) &&
          is_read_by_results(e))
        result_.kinds[e] = Placement::Kind::inlined;
  }

  // By rules that are minima and maxima.
  bool has_simple_border(size_t e) const {
    const std::vector<Interval> indices = intervals_of(equation(e));
    if (!is_copy(equation(e)))
      return false;
    const Node& read = *equation(e).body;
    const Shape shape = stages_.type_of(read.tensor).shape;
    for (size_t d = 0; d < read.subscripts.size(); ++d) {
      const Subscript& subscript = read.subscripts[d];
      if (subscript.computed || subscript.boundary == Boundary::wrap ||
          (subscript.boundary == Boundary::reflect &&
           !reflects_once(range_of(subscript, indices), shape[static_cast<int>(d)])))
        return false;
    }
    return read.tensor < static_cast<int>(stages_.operands.size());
  }

  bool is_read_by_results(size_t copy) const {
    for (const Use& use : uses_[copy])
      if (use.gathered || holds_reduction_[static_cast<size_t>(use.consumer)])
        return false;
    const int tensor = stages_.tensor_of_equation(static_cast<int>(copy));
    for (size_t root = 0; root < stages_.equations.size(); ++root) {
      if (result_.kinds[root] != Placement::Kind::root || root == copy)
        continue;
      const Reach reach = reach_of(
          stages_, root, [&](size_t e) { return is_inlined(e); }, most_reads_inlined);
      const auto reads = std::count_if(reach.elements.begin(), reach.elements.end(),
                                       [&](const Expr& read) { return read->tensor == tensor; });
      if (!reach.is_complete || reads > most_reads_across_borders ||
          (reads > 0 && !is_result(root)))
        return false;
    }
    return true;
  }

  bool is_inlined(size_t e) const { return result_.kinds[e] == Placement::Kind::inlined; }

  // Those that could be inlined, and that no reduction reads.
  std::vector<size_t> stored_stencils() const {
    std::vector<size_t> stored;
    for (size_t e = 0; e < stages_.equations.size(); ++e) {
      const bool is_stencil = result_.kinds[e] == Placement::Kind::root && !is_result(e) &&
                              !holds_reduction_[e] && !is_copy(equation(e)) && !is_rearranged(e);
      const auto is_for_a_reduction = [&](const Use& use) {
        return use.gathered || holds_reduction_[static_cast<size_t>(use.consumer)];
      };
      if (is_stencil && std::none_of(uses_[e].begin(), uses_[e].end(), is_for_a_reduction))
        stored.push_back(e);
    }
    return stored;
  }

  // Of one element of a root, with what is inlined, each common part once; nothing where that is
  // too much to compile.
  template <class IsInlined>
  std::optional<double> weight_with(size_t root, IsInlined&& is_inlined) const {
    const Reach reach = reach_of(stages_, root, is_inlined, most_reads_inlined);
    if (!reach.is_complete)
      return std::nullopt;
    const auto operations = [](const Expr& body) {
      double weight = 0;
      for_each_node(body, [&](const Node& node) {
        weight += node.kind == Node::Kind::op ? weight_of(node) : 0;
      });
      return weight;
    };
    double weight = operations(equation(root).body);
    const int operands = static_cast<int>(stages_.operands.size());
    for (const Expr& read : reach.within)
      weight += operations(equation(static_cast<size_t>(read->tensor - operands)).body);
    for (const Expr& read : reach.elements)
      weight += weight_of(*read);
    return weight;
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
  std::vector<int> only_reader_;        // itself, where there is none
  std::vector<double> own_weights_;     // without parts_
  std::vector<std::set<size_t>> parts_; // what is computed once for each element
  std::vector<bool> holds_reduction_;
  Placement result_;
};

} // namespace

std::vector<size_t> Placement::hosted_by(size_t root) const {
  return kernels::hosted_by(hosts, root);
}

std::vector<size_t> hosted_by(const std::vector<int>& hosts, size_t host) {
  std::vector<size_t> result;
  for (size_t e = 0; e < hosts.size(); ++e)
    if (hosts[e] == static_cast<int>(host))
      result.push_back(e);
  return result;
}

bool is_result(const Definition& stages, size_t stage) {
  return contains(stages.results, static_cast<int>(stage));
}

Placement place(const Definition& stages, PlacementAim aim) {
  return Placer(stages, aim).run();
}

} // namespace fovea::kernels
