#include "passes/Passes.hpp"

#include "compiler/ir/types.hpp"
#include "passes/kernels.hpp"
#include "passes/sharing.hpp"

#include <llvm/ADT/EquivalenceClasses.h>

#include <algorithm>
#include <limits>
#include <map>
#include <set>

namespace fovea::passes {

#define GEN_PASS_DEF_ASSIGNLAYOUTS
#include "passes/Passes.h.inc"

namespace {

using catalogue::Forms;
using catalogue::Layout;
using catalogue::Problem;

// A tensor between kernels, and the layouts that it may have: row-major first.
struct Variable {
  mlir::Value value;
  std::vector<Layout> candidates{Layout::row_major()};
  std::vector<size_t> kernels; // that make or read it
  size_t chosen = 0;
};

// What the catalogue says of equal kernels, each thing asked for once.
struct Estimates {
  std::optional<std::vector<Forms>> wishes; // of the algorithms that can compute them
  std::map<std::string, double> seconds;    // by forms
};

struct Node {
  ir::KernelOp kernel;
  Definition definition;
  std::vector<bool> known;            // operands, before the kernel runs
  std::vector<int> operands, results; // numbers of variables; -1: row-major
  std::optional<Copies> copies;       // it does nothing else
  Estimates* estimates = nullptr;     // of all kernels that are equal
};

// Tensors whose layouts are changed together.
struct Group {
  std::vector<size_t> variables;
  std::vector<Layout> candidates; // of any of them
  std::vector<size_t> kernels;    // that make or read one
};

// The layouts of least estimated time for the kernels together. Each tensor has one layout for all
// that read it; kernels take theirs in any mixture, so that a change of order costs what the kernel
// that makes it says. Found by descent, one tensor at a time and those that are made side by side
// together, from two sides: all row-major, and all as their kernels prefer.
class Search {
 public:
  Search(const PipelineOptions& options, llvm::DenseSet<mlir::Value> known)
      : options_(options), known_(std::move(known)), sharing_(options_, known_) {}

  void run(mlir::func::FuncOp function) {
    for (auto kernel : function.getBody().front().getOps<ir::KernelOp>())
      add(kernel);
    for (const Node& node : nodes_)
      propose(node);
    spread_proposals();
    form_groups();

    const double plain = descend();
    const std::vector<size_t> first = chosen();
    for (Variable& variable : variables_)
      variable.chosen = variable.candidates.size() - 1;
    if (descend() >= plain)
      restore(first);
    write();
  }

 private:
  void add(ir::KernelOp kernel) {
    Node node{kernel, definition_of(kernel), {}, {}, {}, sharing_.copies_of(kernel), nullptr};
    if (node.copies)
      sharing_.share(kernel, *node.copies);
    for (mlir::Value input : kernel.getInputs()) {
      node.known.push_back(known_.contains(input));
      const auto found = numbers_.find(input);
      node.operands.push_back(found == numbers_.end() ? -1 : found->second);
    }
    for (mlir::Value result : kernel->getResults()) {
      const bool between_kernels =
          llvm::all_of(result.getUsers(), llvm::IsaPred<ir::KernelOp>) && !known_.contains(result);
      node.results.push_back(between_kernels ? static_cast<int>(variables_.size()) : -1);
      if (!between_kernels)
        continue;
      numbers_[result] = static_cast<int>(variables_.size());
      variables_.push_back({result, {Layout::row_major()}, {}, 0});
    }
    std::string key = key_of(options_, layer_of(node), node.definition, node.known);
    if (node.copies)
      for (const bool in_place : node.copies->in_place)
        key += in_place ? '+' : '-';
    node.estimates = &estimates_[key];
    for (const std::vector<int>* tensors : {&node.operands, &node.results})
      for (const int v : *tensors)
        if (v >= 0)
          variable(v).kernels.push_back(nodes_.size());
    nodes_.push_back(std::move(node));
  }

  static std::string layer_of(const Node& node) {
    return ir::KernelOp(node.kernel).getLayer().str();
  }
  Variable& variable(int number) { return variables_[static_cast<size_t>(number)]; }

  // What the algorithms that can compute the kernel would like.
  const std::vector<Forms>& wishes(const Node& node) const {
    std::optional<std::vector<Forms>>& wishes = node.estimates->wishes;
    if (!wishes) {
      wishes.emplace();
      for (const catalogue::Candidate& one : options_.catalogue->matching_as_preferred(
               {node.definition, options_.target, {}}, node.known,
               {.error_bound = options_.limits.error_bound}))
        wishes->push_back(one.problem.forms);
    }
    return *wishes;
  }
  void propose(const Node& node) {
    for (const Forms& wished : wishes(node)) {
      for (size_t k = 0; k < node.operands.size(); ++k)
        propose(node.operands[k], wished.operand(static_cast<int>(k)));
      for (size_t k = 0; k < node.results.size(); ++k)
        propose(node.results[k], wished.result(static_cast<int>(k)));
    }
  }
  void propose(int number, const Layout& layout) {
    if (number < 0) // row-major in any case
      return;
    std::vector<Layout>& candidates = variable(number).candidates;
    if (std::find(candidates.begin(), candidates.end(), layout) == candidates.end())
      candidates.push_back(layout);
  }

  // What is made side by side should be able to have one layout.
  void spread_proposals() {
    const auto spread = [&](const std::vector<int>& from, const std::vector<int>& to) {
      for (const int source : from)
        if (source >= 0)
          for (const int v : to)
            for (const Layout& layout : std::vector(variable(source).candidates))
              propose(v, layout);
    };
    for (const Node& node : nodes_)
      if (node.copies)
        spread(node.operands, node.results);
    for (const Node& node : llvm::reverse(nodes_))
      if (node.copies)
        spread(node.results, node.operands);
  }

  // Each tensor, and together those that are made side by side.
  void form_groups() {
    llvm::EquivalenceClasses<int> side_by_side;
    for (const Node& node : nodes_)
      if (node.copies && node.results[0] >= 0)
        for (size_t k = 0; k < node.copies->ranges.ranges.size(); ++k)
          if (const int v =
                  node.operands[static_cast<size_t>(node.copies->ranges.ranges[k].operand)];
              v >= 0 && node.copies->in_place[k])
            side_by_side.unionSets(v, node.results[0]);
    for (size_t v = 0; v < variables_.size(); ++v)
      add_group({v});
    for (const auto& leader : side_by_side)
      if (leader->isLeader()) {
        std::vector<size_t> members;
        for (const int member : side_by_side.members(*leader))
          members.push_back(static_cast<size_t>(member));
        add_group(std::move(members));
      }
  }
  void add_group(std::vector<size_t> members) {
    Group group{std::move(members), {}, {}};
    std::set<size_t> kernels;
    for (const size_t v : group.variables) {
      kernels.insert(variables_[v].kernels.begin(), variables_[v].kernels.end());
      for (const Layout& layout : variables_[v].candidates)
        if (llvm::find(group.candidates, layout) == group.candidates.end())
          group.candidates.push_back(layout);
    }
    group.kernels.assign(kernels.begin(), kernels.end());
    groups_.push_back(std::move(group));
  }

  // --- costs -------------------------------------------------------------------------------------

  Forms forms_of(const Node& node) {
    Forms forms;
    for (const int v : node.operands)
      forms.operands.push_back(v < 0 ? Layout() : layout_of(variable(v)));
    for (const int v : node.results)
      forms.results.push_back(v < 0 ? Layout() : layout_of(variable(v)));
    return forms;
  }
  static Layout layout_of(const Variable& variable) { return variable.candidates[variable.chosen]; }

  double cost(const Node& node) {
    const Forms forms = forms_of(node);
    const auto [known, is_new] = node.estimates->seconds.try_emplace(to_string(forms), 0.0);
    if (is_new)
      known->second = cost(node, forms);
    return known->second;
  }
  double cost(const Node& node, const Forms& forms) const {
    double seconds = std::numeric_limits<double>::infinity();
    if (node.copies)
      seconds = sharing_.cost(*node.copies, forms);
    if (seconds > 0)
      try {
        const Problem problem{node.definition, options_.target, forms};
        seconds = std::min(
            seconds, algorithm_for(options_, layer_of(node), problem, node.known).cost.seconds);
      } catch (const Error&) { // no algorithm takes it so
      }
    return seconds;
  }

  double cost(const Group& group) {
    double sum = 0;
    for (const size_t n : group.kernels)
      sum += cost(nodes_[n]);
    return sum;
  }

  // --- search ------------------------------------------------------------------------------------

  // Until no change of one group's layout is for the better. Returns the cost of all.
  double descend() {
    constexpr int most_sweeps = 8;
    bool improved = true;
    for (int sweep = 0; improved && sweep < most_sweeps; ++sweep) {
      improved = false;
      for (const Group& group : groups_)
        improved |= improve(group);
    }
    double sum = 0;
    for (const Node& node : nodes_)
      sum += cost(node);
    return sum;
  }

  bool improve(const Group& group) {
    constexpr double least_gain = 1e-6; // in relation: what is smaller is rounding
    const std::vector<size_t> before = chosen();
    std::vector<size_t> best = before;
    double least = cost(group) * (1 - least_gain);
    for (const Layout& layout : group.candidates) {
      for (const size_t v : group.variables)
        choose(variables_[v], layout);
      if (const double seconds = cost(group); seconds < least) {
        least = seconds;
        best = chosen();
      }
      restore(before);
    }
    restore(best);
    return best != before;
  }
  // A tensor that has no such candidate keeps what it has.
  static void choose(Variable& variable, const Layout& layout) {
    const auto found = llvm::find(variable.candidates, layout);
    if (found != variable.candidates.end())
      variable.chosen = static_cast<size_t>(found - variable.candidates.begin());
  }
  void restore(const std::vector<size_t>& numbers) {
    for (size_t v = 0; v < variables_.size(); ++v)
      variables_[v].chosen = numbers[v];
  }

  std::vector<size_t> chosen() const {
    std::vector<size_t> result;
    for (const Variable& variable : variables_)
      result.push_back(variable.chosen);
    return result;
  }

  void write() {
    for (const Node& node : nodes_)
      ir::set_forms(node.kernel, forms_of(node));
    for (Variable& one : variables_) {
      const TensorType stored =
          catalogue::stored_type(ir::tensor_type_of(one.value), layout_of(one));
      one.value.setType(ir::to_mlir(*one.value.getContext(), stored));
    }
  }

  const PipelineOptions& options_;
  const llvm::DenseSet<mlir::Value> known_;
  Sharing sharing_;
  std::vector<Node> nodes_; // in the order of execution
  std::vector<Variable> variables_;
  std::vector<Group> groups_;
  llvm::DenseMap<mlir::Value, int> numbers_;
  std::map<std::string, Estimates> estimates_; // by key_of, and what is copied
};

class AssignLayouts : public impl::AssignLayoutsBase<AssignLayouts> {
 public:
  explicit AssignLayouts(PipelineOptions options) : options_(std::move(options)) {}

  void runOnOperation() override {
    mlir::func::FuncOp function = getOperation();
    if (mlir::failed(run_on(function, [&] { return run(function); })))
      signalPassFailure();
  }

 private:
  llvm::LogicalResult run(mlir::func::FuncOp function) {
    if (!options_.catalogue)
      return function.emitError("assign-layouts needs a catalogue of algorithms");
    if (options_.layouts && !options_.generic)
      Search(options_,
             options_.prepare ? known_before_running(function) : llvm::DenseSet<mlir::Value>())
          .run(function);
    return mlir::success();
  }

  PipelineOptions options_;
};

} // namespace

std::unique_ptr<mlir::Pass> create_assign_layouts(const PipelineOptions& options) {
  return std::make_unique<AssignLayouts>(options);
}

} // namespace fovea::passes
