#include "passes/Passes.hpp"

#include "compiler/ir/types.hpp"
#include "passes/kernels.hpp"

#include <algorithm>
#include <limits>
#include <map>

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

struct Node {
  ir::KernelOp kernel;
  Definition definition;
  std::vector<bool> known;                        // operands, before the kernel runs
  std::vector<int> operands, results;             // numbers of variables; -1: row-major
  std::map<std::string, double>* costs = nullptr; // by forms, of all kernels that are equal
};

// The layouts of least estimated time for the kernels together. Each tensor has one layout for all
// that read it; kernels take theirs in any mixture, so that a change of order costs what the kernel
// that makes it says. Found by descent, one tensor at a time, from two sides: all row-major, and
// all as their kernels prefer.
class Search {
 public:
  explicit Search(const PipelineOptions& options) : options_(options) {}

  void run(mlir::func::FuncOp function) {
    const llvm::DenseSet<mlir::Value> known =
        options_.prepare ? known_before_running(function) : llvm::DenseSet<mlir::Value>();
    for (auto kernel : function.getBody().front().getOps<ir::KernelOp>())
      add(kernel, known);
    for (size_t n = 0; n < nodes_.size(); ++n)
      propose(nodes_[n]);

    const double plain = descend();
    const std::vector<size_t> first = chosen();
    for (Variable& variable : variables_)
      variable.chosen = variable.candidates.size() - 1;
    if (descend() >= plain)
      for (size_t v = 0; v < variables_.size(); ++v)
        variables_[v].chosen = first[v];
    write();
  }

 private:
  void add(ir::KernelOp kernel, const llvm::DenseSet<mlir::Value>& known) {
    Node node{kernel, definition_of(kernel), {}, {}, {}, nullptr};
    for (mlir::Value input : kernel.getInputs()) {
      node.known.push_back(known.contains(input));
      const auto found = numbers_.find(input);
      node.operands.push_back(found == numbers_.end() ? -1 : found->second);
    }
    for (mlir::Value result : kernel->getResults()) {
      const bool between_kernels =
          llvm::all_of(result.getUsers(), llvm::IsaPred<ir::KernelOp>) && !known.contains(result);
      node.results.push_back(between_kernels ? static_cast<int>(variables_.size()) : -1);
      if (!between_kernels)
        continue;
      numbers_[result] = static_cast<int>(variables_.size());
      variables_.push_back({result, {Layout::row_major()}, {}, 0});
    }
    std::string key =
        canonical_text(node.definition) + choice_for(options_, layer_of(node)).algorithm;
    for (const bool is_known : node.known)
      key += is_known ? '1' : '0';
    node.costs = &costs_[key];
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
  void propose(const Node& node) {
    const Problem problem{node.definition, options_.target, {}};
    for (const catalogue::Algorithm* algorithm : options_.catalogue->algorithms()) {
      if (algorithm->error_bound() > options_.error_bound || !algorithm->matches(problem))
        continue;
      const Forms wished = preferred_forms(*algorithm, problem);
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
    const auto [known, is_new] = node.costs->try_emplace(to_string(forms), 0.0);
    if (is_new)
      try {
        known->second = algorithm_for(options_, layer_of(node),
                                      {node.definition, options_.target, forms}, node.known)
                            .cost.seconds;
      } catch (const Error&) { // no algorithm takes it so
        known->second = std::numeric_limits<double>::infinity();
      }
    return known->second;
  }

  double cost(const Variable& variable) {
    double sum = 0;
    for (const size_t n : variable.kernels)
      sum += cost(nodes_[n]);
    return sum;
  }

  // --- search ------------------------------------------------------------------------------------

  // Until no change of one tensor's layout is for the better. Returns the cost of all.
  double descend() {
    constexpr int most_sweeps = 8;
    constexpr double least_gain = 1e-6; // in relation: what is smaller is rounding
    bool improved = true;
    for (int sweep = 0; improved && sweep < most_sweeps; ++sweep) {
      improved = false;
      for (Variable& one : variables_) {
        size_t best = one.chosen;
        double least = cost(one) * (1 - least_gain);
        for (one.chosen = 0; one.chosen < one.candidates.size(); ++one.chosen)
          if (const double seconds = cost(one); seconds < least) {
            least = seconds;
            best = one.chosen;
            improved = true;
          }
        one.chosen = best;
      }
    }
    double sum = 0;
    for (const Node& node : nodes_)
      sum += cost(node);
    return sum;
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
  std::vector<Node> nodes_; // in the order of execution
  std::vector<Variable> variables_;
  llvm::DenseMap<mlir::Value, int> numbers_;
  std::map<std::string, std::map<std::string, double>> costs_; // of equal kernels, by forms
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
      Search(options_).run(function);
    return mlir::success();
  }

  PipelineOptions options_;
};

} // namespace

std::unique_ptr<mlir::Pass> create_assign_layouts(const PipelineOptions& options) {
  return std::make_unique<AssignLayouts>(options);
}

} // namespace fovea::passes
