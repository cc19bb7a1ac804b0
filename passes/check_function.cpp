#include "passes/Passes.hpp"

namespace fovea::passes {
namespace {

bool is_row_major(mlir::Type type) {
  if (!ir::is_tensor(type))
    return false;
  const mlir::Attribute layout = llvm::cast<mlir::RankedTensorType>(type).getEncoding();
  return !layout || llvm::cast<ir::LayoutAttr>(layout).getName() == "nchw";
}

llvm::LogicalResult check_types(mlir::Operation* op, mlir::TypeRange types) {
  for (mlir::Type type : types)
    if (!is_row_major(type))
      return op->emitError() << "'" << ir::layer_of(op)
                             << "': passes expect row-major tensors of static shape, got " << type;
  return mlir::success();
}

} // namespace

llvm::LogicalResult check_function(mlir::func::FuncOp function) {
  if (!function.getBody().hasOneBlock())
    return function.emitError() << "expects a function of one block, got "
                                << function.getBody().getBlocks().size();
  mlir::Block& block = function.getBody().front();
  if (!llvm::isa<mlir::func::ReturnOp>(block.back()))
    return function.emitError() << "expects a function that ends in func.return, got "
                                << block.back().getName();
  if (mlir::failed(check_types(function, block.getArgumentTypes())))
    return mlir::failure();
  for (mlir::Operation& op : block.without_terminator()) {
    if (!llvm::isa<ir::FoveaOpInterface, ir::ParameterOp, ir::PreparedOp, ir::JoinOp, ir::PartOp>(
            op))
      return op.emitOpError() << "expects not to stand in a network, which holds weights and ops "
                                 "that have a definition";
    if (mlir::failed(check_types(&op, op.getResultTypes())))
      return mlir::failure();
  }
  return mlir::success();
}

} // namespace fovea::passes
