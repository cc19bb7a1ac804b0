#include "passes/Passes.hpp"

#include "passes/hoist.hpp"
#include "passes/kernels.hpp"

#include <mlir/IR/Builders.h>

namespace fovea::passes {

#define GEN_PASS_DEF_HOISTWEIGHTS
#include "passes/Passes.h.inc"

namespace {

class HoistWeights : public impl::HoistWeightsBase<HoistWeights> {
 public:
  explicit HoistWeights(PipelineOptions options) : options_(std::move(options)) {}

  void runOnOperation() override {
    mlir::func::FuncOp function = getOperation();
    if (mlir::failed(run_on(function, [&] { return run(function); })))
      signalPassFailure();
  }

 private:
  llvm::LogicalResult run(mlir::func::FuncOp function) const {
    if (!options_.prepare)
      return mlir::success();
    const llvm::DenseSet<mlir::Value> known = known_before_running(function);
    for (mlir::Operation& op : llvm::make_early_inc_range(function.getBody().front()))
      if (auto described = llvm::dyn_cast<ir::FoveaOpInterface>(op);
          described && !llvm::isa<ir::KernelOp>(op) && op.getNumResults() == 1 &&
          !known.contains(op.getResult(0)))
        hoist(&op, described.definition(), known);
    return mlir::success();
  }

  void hoist(mlir::Operation* op, const Definition& definition,
             const llvm::DenseSet<mlir::Value>& known) const {
    std::vector<bool> weights;
    for (mlir::Value operand : op->getOperands())
      weights.push_back(known.contains(operand));
    const std::optional<Hoisted> hoisted = hoist_known(
        definition, weights, options_.limits.error_bound == catalogue::ErrorBound::transform);
    if (!hoisted)
      return;
    mlir::OpBuilder builder(op);
    const auto equation = [&](const Definition& own, llvm::ArrayRef<mlir::Value> operands,
                              const std::string& layer) {
      return ir::build_equation(builder, op->getLoc(), own, operands, layer);
    };
    const auto operands_of = [&](const std::vector<int>& numbers) {
      llvm::SmallVector<mlir::Value> operands;
      for (const int k : numbers)
        operands.push_back(op->getOperand(static_cast<unsigned>(k)));
      return operands;
    };
    const std::string layer = ir::layer_of(op);
    llvm::SmallVector<ir::EquationOp> parts;
    for (const Hoisted::Part& part : hoisted->parts)
      parts.push_back(equation(part.definition, operands_of(part.operands), layer + ".weights"));
    llvm::SmallVector<mlir::Value> operands = operands_of(hoisted->kept);
    for (const Hoisted::Source& source : hoisted->sources)
      operands.push_back(
          parts[static_cast<size_t>(source.part)]->getResult(static_cast<unsigned>(source.result)));
    op->replaceAllUsesWith(equation(hoisted->rest, operands, layer));
    op->erase();
  }

  PipelineOptions options_;
};

} // namespace

std::unique_ptr<mlir::Pass> create_hoist_weights(const PipelineOptions& options) {
  return std::make_unique<HoistWeights>(options);
}

} // namespace fovea::passes
