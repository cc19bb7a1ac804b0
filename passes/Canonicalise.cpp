#include "passes/Passes.hpp"

#include <map>

namespace fovea::passes {

#define GEN_PASS_DEF_CANONICALISE
#include "passes/Passes.h.inc"

namespace {

// Equal keys: equal values. The layer's name is no part of it.
using Key = std::pair<std::string, std::vector<const void*>>;

class Canonicalise : public impl::CanonicaliseBase<Canonicalise> {
 public:
  void runOnOperation() override {
    mlir::func::FuncOp function = getOperation();
    if (mlir::failed(run_on(function, [&] { return simplify(function); })))
      return signalPassFailure();
    erase_unused(function);
  }

 private:
  static llvm::LogicalResult simplify(mlir::func::FuncOp function) {
    std::map<Key, mlir::Operation*> known;
    for (mlir::Operation& op : llvm::make_early_inc_range(function.getBody().front())) {
      auto described = llvm::dyn_cast<ir::FoveaOpInterface>(op);
      if (!described || llvm::isa<ir::KernelOp>(op)) // a kernel that copies is there to copy
        continue;
      const Definition definition = described.definition();
      if (ir::is_identity(definition) && op.getOperand(0).getType() == op.getResult(0).getType()) {
        op.getResult(0).replaceAllUsesWith(op.getOperand(0));
        op.erase();
        continue;
      }
      Key key{canonical_text(definition), {}};
      for (mlir::Value operand : op.getOperands())
        key.second.push_back(operand.getAsOpaquePointer());
      const auto [same, is_new] = known.try_emplace(std::move(key), &op);
      if (!is_new) {
        op.replaceAllUsesWith(same->second);
        op.erase();
      }
    }
    return mlir::success();
  }

  static void erase_unused(mlir::func::FuncOp function) {
    for (mlir::Operation& op :
         llvm::make_early_inc_range(llvm::reverse(function.getBody().front())))
      if (llvm::isa<ir::FoveaOpInterface>(op) && op.use_empty())
        op.erase();
  }
};

} // namespace

std::unique_ptr<mlir::Pass> create_canonicalise(const PipelineOptions&) {
  return std::make_unique<Canonicalise>();
}

} // namespace fovea::passes
