#include "passes/Passes.hpp"

#include "passes/kernels.hpp"

#include <map>
#include <mlir/IR/Builders.h>
#include <mlir/IR/IRMapping.h>

namespace fovea::passes {

#define GEN_PASS_DEF_PREPARE
#include "passes/Passes.h.inc"

namespace {

// The function that prepares for a network, while it is built.
class Preparation {
 public:
  explicit Preparation(mlir::func::FuncOp network)
      : network_(network), builder_(network.getContext()) {}

  void run() {
    llvm::SmallVector<mlir::Operation*> known = known_operations();
    if (llvm::none_of(known, [](mlir::Operation* op) { return llvm::isa<ir::KernelOp>(op); }))
      return;
    open();
    for (mlir::Operation* op : known)
      copy(op);
    // From the last to the first: what only later ones needed is needed no more.
    for (mlir::Operation* op : llvm::reverse(known))
      if (auto kernel = llvm::dyn_cast<ir::KernelOp>(op))
        replace(kernel);
      else if (!llvm::isa<ir::ParameterOp>(op) && op->use_empty())
        op->erase();
    close();
  }

 private:
  llvm::SmallVector<mlir::Operation*> known_operations() {
    llvm::SmallVector<mlir::Operation*> operations;
    const llvm::DenseSet<mlir::Value> known = known_before_running(network_);
    for (mlir::Operation& op : network_.getBody().front())
      if (op.getNumResults() > 0 && known.contains(op.getResult(0)))
        operations.push_back(&op);
    return operations;
  }

  void open() {
    builder_.setInsertionPoint(network_);
    function_ = mlir::func::FuncOp::create(builder_, network_.getLoc(),
                                           (network_.getName() + "_prepare").str(),
                                           builder_.getFunctionType({}, {}));
    function_->setAttr(ir::prepare_attribute, builder_.getUnitAttr());
    function_.setPrivate();
    // Perhaps under another name than it has.
    mlir::SymbolTable(network_->getParentOp()).insert(function_);
    builder_.setInsertionPointToEnd(function_.addEntryBlock());
  }

  void copy(mlir::Operation* op) {
    auto kernel = llvm::dyn_cast<ir::KernelOp>(op);
    if (!kernel) {
      builder_.clone(*op, values_);
      return;
    }
    Key key{kernel.getSymbol().value_or("").str(), {}};
    for (mlir::Value input : kernel.getInputs())
      key.second.push_back(values_.lookup(input).getAsOpaquePointer());
    const auto same = key.first.empty() ? made_.end() : made_.find(key);
    if (same != made_.end())
      values_.map(kernel->getResults(), same->second->getResults());
    else
      made_[std::move(key)] = builder_.clone(*op, values_);
  }

  // What the network still reads of a kernel's results, it gets as prepared.
  void replace(ir::KernelOp kernel) {
    for (mlir::Value result : kernel->getResults())
      if (!result.use_empty()) {
        mlir::Value& prepared = prepared_[values_.lookup(result)];
        if (!prepared) {
          mlir::OpBuilder builder(network_.getContext());
          builder.setInsertionPointToStart(&network_.getBody().front());
          prepared = ir::PreparedOp::create(builder, result.getLoc(), result.getType(),
                                            function_.getName(), 0);
        }
        result.replaceAllUsesWith(prepared);
      }
    kernel.erase();
  }

  // Results in the order in which they are made; what is left of no use goes.
  void close() {
    llvm::SmallVector<mlir::Value> results;
    for (mlir::Operation& op : function_.getBody().front())
      for (mlir::Value result : op.getResults())
        if (const auto prepared = prepared_.find(result); prepared != prepared_.end()) {
          prepared->second.getDefiningOp<ir::PreparedOp>().setNumber(results.size());
          results.push_back(result);
        }
    mlir::func::ReturnOp::create(builder_, network_.getLoc(), results);
    function_.setFunctionType(builder_.getFunctionType({}, mlir::ValueRange(results).getTypes()));
    for (mlir::Operation& op :
         llvm::make_early_inc_range(llvm::reverse(function_.getBody().front())))
      if (op.getNumResults() > 0 && op.use_empty())
        op.erase();
  }

  using Key = std::pair<std::string, std::vector<const void*>>; // symbol, operands

  mlir::func::FuncOp network_, function_;
  mlir::OpBuilder builder_; // in function_
  mlir::IRMapping values_;  // from the network's to the function's
  std::map<Key, mlir::Operation*> made_;
  llvm::DenseMap<mlir::Value, mlir::Value> prepared_; // function_'s results -> fovea.prepared
};

class Prepare : public impl::PrepareBase<Prepare> {
 public:
  explicit Prepare(PipelineOptions options) : options_(std::move(options)) {}

  void runOnOperation() override {
    if (!options_.prepare)
      return;
    auto functions = getOperation().getOps<mlir::func::FuncOp>();
    for (mlir::func::FuncOp function : llvm::make_early_inc_range(functions))
      if (!function->hasAttr(ir::prepare_attribute))
        if (mlir::failed(run_on(function, [&] {
              Preparation(function).run();
              return mlir::success();
            })))
          return signalPassFailure();
  }

 private:
  PipelineOptions options_;
};

} // namespace

std::unique_ptr<mlir::Pass> create_prepare(const PipelineOptions& options) {
  return std::make_unique<Prepare>(options);
}

} // namespace fovea::passes
