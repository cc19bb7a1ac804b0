#include "passes/Passes.hpp"

#include "passes/kernels.hpp"

#include <llvm/ADT/DenseSet.h>
#include <mlir/IR/Builders.h>

namespace fovea::passes {

#define GEN_PASS_DEF_MATERIALISEOUTPUTS
#include "passes/Passes.h.inc"

namespace {

// Z(i, j ...) = X(i, j ...)
Definition copy_of(const TensorType& type) {
  Node read;
  read.kind = Node::Kind::read;
  read.type = type.dtype;
  Equation equation;
  equation.name = "Z";
  equation.type = type.dtype;
  for (int k = 0; k < type.shape.rank(); ++k) {
    equation.free.push_back({"i" + std::to_string(k), type.shape[k]});
    read.subscripts.push_back({IndexExpr::of(k), Boundary::none, nullptr});
  }
  equation.body = std::make_shared<const Node>(std::move(read));
  return {"copy", {{"X", type}}, {std::move(equation)}, {0}};
}

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
      auto copy = ir::build_equation(builder, mlir::NameLoc::get(layer, output.get().getLoc()),
                                     copy_of(ir::tensor_type_of(output.get())), output.get(),
                                     layer.getValue());
      output.set(make_kernel(copy).getResult(0));
    }
    return mlir::success();
  }
};

} // namespace

std::unique_ptr<mlir::Pass> create_materialise_outputs(const PipelineOptions&) {
  return std::make_unique<MaterialiseOutputs>();
}

} // namespace fovea::passes
