#include "passes/Passes.hpp"

#include "passes/kernels.hpp"

#include <llvm/Support/FormatVariadic.h>

#include <limits>

namespace fovea::passes {

#define GEN_PASS_DEF_CHAINCONVOLUTIONS
#include "passes/Passes.h.inc"

namespace {

class ChainConvolutions : public impl::ChainConvolutionsBase<ChainConvolutions> {
 public:
  explicit ChainConvolutions(PipelineOptions options) : options_(std::move(options)) {}

  void runOnOperation() override {
    mlir::func::FuncOp function = getOperation();
    if (mlir::failed(run_on(function, [&] { return run(function); })))
      signalPassFailure();
  }

 private:
  using Run = std::vector<ir::KernelOp>;

  llvm::LogicalResult run(mlir::func::FuncOp function) {
    if (!options_.fuse || options_.generic)
      return mlir::success();
    if (!options_.catalogue)
      return function.emitError("chain-convolutions needs a catalogue of algorithms");
    std::vector<const catalogue::Algorithm*> joining;
    for (const catalogue::Algorithm* algorithm : options_.catalogue->algorithms())
      if (algorithm->joins_reductions())
        joining.push_back(algorithm);
    joining_ = catalogue::Catalogue(std::move(joining));
    if (options_.prepare)
      known_ = known_before_running(function);
    for (const Run& run : runs_of(function))
      divide(run);
    return mlir::success();
  }

  // Kernels each of which alone reads what the one before makes, as long as two neighbours can be
  // one kernel.
  std::vector<Run> runs_of(mlir::func::FuncOp function) const {
    std::vector<Run> runs;
    llvm::DenseMap<mlir::Operation*, size_t> ends; // the run that a kernel is the last of
    for (auto kernel : function.getBody().front().getOps<ir::KernelOp>()) {
      size_t own = runs.size();
      for (mlir::Value input : kernel.getInputs())
        if (auto producer = input.getDefiningOp<ir::KernelOp>())
          if (const auto end = ends.find(producer);
              end != ends.end() && can_follow(producer, kernel)) {
            own = end->second;
            ends.erase(end);
            break;
          }
      if (own == runs.size())
        runs.emplace_back();
      runs[own].push_back(kernel);
      ends[kernel] = own;
    }
    return runs;
  }

  bool can_follow(ir::KernelOp producer, ir::KernelOp consumer) const {
    return is_free(producer) && is_free(consumer) && producer->getResult(0).hasOneUse() &&
           !joining_
                .matching({merged_definition({producer, consumer}), options_.target}, {},
                          {.error_bound = options_.limits.error_bound})
                .empty();
  }

  // What the user chose something for stays what it is, and what is computed once runs once.
  bool is_free(ir::KernelOp kernel) const {
    const LayerChoice given = choice_for(options_, kernel.getLayer().str());
    return kernel->getNumResults() == 1 && given.algorithm.empty() && given.schedule.empty() &&
           !known_.contains(kernel->getResult(0));
  }

  // The division of a run into kernels of least estimated time.
  void divide(const Run& run) {
    if (run.size() < 2)
      return;
    constexpr double never = std::numeric_limits<double>::infinity();
    std::vector<double> least(run.size() + 1, never); // of the first k
    std::vector<size_t> begin(run.size() + 1);        // of the last kernel among them
    std::vector<double> pairs(run.size() + 1, never), alone(run.size() + 1, never);
    least[0] = 0;
    for (size_t end = 1; end <= run.size(); ++end)
      for (size_t first = end; first-- > 0;) {
        const double seconds = seconds_of({run.begin() + static_cast<std::ptrdiff_t>(first),
                                           run.begin() + static_cast<std::ptrdiff_t>(end)});
        if (seconds == never)
          break; // what is not possible is not for more of them
        if (end - first <= 2)
          (end - first == 1 ? alone : pairs)[end] = seconds;
        if (least[first] + seconds < least[end]) {
          least[end] = least[first] + seconds;
          begin[end] = first;
        }
      }
    for (size_t end = run.size(); end > 0; end = begin[end]) {
      if (const size_t first = begin[end]; first > 0)
        refuse(run[first - 1], run[first], alone[first] + alone[first + 1], pairs[first + 1]);
      merge({run.begin() + static_cast<std::ptrdiff_t>(begin[end]),
             run.begin() + static_cast<std::ptrdiff_t>(end)});
    }
  }

  // As one kernel, in the forms that suit it best.
  double seconds_of(const Run& part) const {
    const Definition definition =
        part.size() == 1 ? definition_of(part[0]) : merged_definition(part);
    const std::optional<double> seconds =
        likely_seconds(options_, part.size() == 1 ? *options_.catalogue : joining_, definition,
                       known_inputs(part));
    return seconds.value_or(std::numeric_limits<double>::infinity());
  }

  std::vector<bool> known_inputs(const Run& part) const {
    std::vector<bool> known;
    for (mlir::Value input : merged_inputs(part))
      known.push_back(known_.contains(input));
    return known;
  }

  static void merge(const Run& part) {
    ir::KernelOp merged = part[0];
    for (size_t k = 1; k < part.size(); ++k) {
      ir::KernelOp next = part[k];
      merged = merge_kernels(merged, next, std::string(next.getLayer()));
    }
  }

  void refuse(ir::KernelOp producer, ir::KernelOp consumer, double apart, double together) {
    if (!options_.refusals)
      return;
    options_.refusals->push_back(
        {producer.getLayer().str(), consumer.getLayer().str(),
         llvm::formatv("as one kernel they would take {0:f1} us, apart {1:f1} us", together * 1e6,
                       apart * 1e6)
             .str()});
  }

  PipelineOptions options_;
  catalogue::Catalogue joining_; // algorithms that compute several reductions at once
  llvm::DenseSet<mlir::Value> known_;
};

} // namespace

std::unique_ptr<mlir::Pass> create_chain_convolutions(const PipelineOptions& options) {
  return std::make_unique<ChainConvolutions>(options);
}

} // namespace fovea::passes
