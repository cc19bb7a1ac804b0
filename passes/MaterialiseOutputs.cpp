#include "passes/Passes.hpp"

#include "passes/kernels.hpp"

#include <llvm/ADT/DenseSet.h>
#include <mlir/IR/Builders.h>

namespace fovea::passes {

#define GEN_PASS_DEF_MATERIALISEOUTPUTS
#include "passes/Passes.h.inc"

namespace {

class MaterialiseOutputs : public impl::MaterialiseOutputsBase<MaterialiseOutputs> {
 public:
  void runOnOperation() override {
    mlir::func::FuncOp function = getOperation();
    if (mlir::failed(run_on(function, [&] { return materialise(function); })))
      signalPassFailure();
  }

 private:
  static llvm::LogicalResult materialise(mlir::func::FuncOp function) {
    mlir::Operation* terminator = function.getBody().front().getTerminator();
    llvm::DenseSet<mlir::Value> taken; // memory that is an output already
    for (mlir::OpOperand& output : terminator->getOpOperands()) {
      const mlir::Value owner = ir::owner_of(output.get());
      if (llvm::isa_and_nonnull<ir::FoveaOpInterface>(owner.getDefiningOp()) &&
          taken.insert(owner).second)
        continue;
      mlir::OpBuilder builder(terminator);
      auto name =
          function.getResultAttrOfType<mlir::StringAttr>(output.getOperandNumber(), "fovea.name");
      const mlir::StringAttr layer = name ? name : builder.getStringAttr("copy");
      const mlir::Location location = mlir::NameLoc::get(layer, output.get().getLoc());
      output.set(make_copy(builder, location, layer, output.get(), ir::tensor_type_of(output.get()))
                     ->getResult(0));
    }
    return mlir::success();
  }
};

} // namespace

std::unique_ptr<mlir::Pass> create_materialise_outputs(const PipelineOptions&) {
  return std::make_unique<MaterialiseOutputs>();
}

} // namespace fovea::passes
