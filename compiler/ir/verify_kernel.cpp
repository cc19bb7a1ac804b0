#include "compiler/ir/ops.hpp"
#include "compiler/ir/verify_region.hpp"

#include <fovea/error.hpp>

#include <llvm/ADT/STLExtras.h>
#include <mlir/Dialect/Func/IR/FuncOps.h>

namespace fovea::ir {

llvm::LogicalResult verify_region(mlir::Operation* op, mlir::TypeRange arguments,
                                  mlir::TypeRange results) {
  mlir::Block& block = op->getRegion(0).front();
  if (!llvm::equal(block.getArgumentTypes(), arguments))
    return op->emitOpError() << "expects block arguments of its operands' types (" << arguments
                             << "), got (" << block.getArgumentTypes() << ")";
  auto yield = llvm::dyn_cast<YieldOp>(block.back());
  if (!yield)
    return op->emitOpError() << "expects its region to end in fovea.yield, got "
                             << block.back().getName();
  if (!llvm::equal(yield->getOperandTypes(), results))
    return op->emitOpError() << "expects to yield (" << results << "), got ("
                             << yield->getOperandTypes() << ")";
  return mlir::success();
}

// ---- prepared ----------------------------------------------------------------------------------

llvm::LogicalResult PreparedOp::verifySymbolUses(mlir::SymbolTableCollection& symbols) {
  auto function = symbols.lookupNearestSymbolFrom<mlir::func::FuncOp>(*this, getPreparationAttr());
  if (!function || !function->hasAttr(prepare_attribute))
    return emitOpError() << "expects a function with the attribute " << prepare_attribute
                         << ", got " << getPreparationAttr();
  const mlir::TypeRange results = function.getResultTypes();
  if (getNumber() >= results.size())
    return emitOpError() << "expects the number of one of the " << results.size() << " results of "
                         << getPreparationAttr() << ", got " << getNumber();
  if (results[getNumber()] != getType())
    return emitOpError() << "expects the type of result " << getNumber() << " of "
                         << getPreparationAttr() << ", " << results[getNumber()] << ", got "
                         << getType();
  return mlir::success();
}

// ---- kernel ------------------------------------------------------------------------------------

Definition KernelOp::definition() {
  return definition_of(*this);
}
llvm::StringRef KernelOp::struct_name() {
  return "kernel";
}
bool KernelOp::is_row_major_view() {
  return false;
} // it copies: that is what it is for

namespace {

llvm::LogicalResult verify_offsets(KernelOp kernel, llvm::ArrayRef<int64_t> offsets) {
  if (offsets.size() != kernel->getNumResults())
    return kernel.emitOpError() << "expects an offset for each of its " << kernel->getNumResults()
                                << " results, got " << offsets.size();
  for (int64_t offset : offsets)
    if (offset != -1 && (offset < 0 || offset % 64 != 0))
      return kernel.emitOpError() << "expects offsets that are multiples of 64, or -1 for an "
                                     "output, got "
                                  << offset;
  return mlir::success();
}

llvm::LogicalResult verify_prepared(KernelOp kernel, llvm::ArrayRef<int64_t> prepared) {
  int64_t last = -1;
  for (int64_t number : prepared) {
    if (number <= last || number >= static_cast<int64_t>(kernel->getNumOperands()))
      return kernel.emitOpError() << "expects the numbers of prepared operands to rise from 0 to "
                                  << kernel->getNumOperands() - 1 << ", got " << number;
    last = number;
  }
  return mlir::success();
}

llvm::LogicalResult verify_layouts(KernelOp kernel, const char* what, mlir::ArrayAttr layouts,
                                   size_t tensors) {
  if (layouts.size() != tensors)
    return kernel.emitOpError() << "expects " << tensors << " " << what << ", got "
                                << layouts.size();
  for (auto layout : layouts.getAsRange<mlir::StringAttr>())
    try { // the parser of layouts reports by exception; none may pass through MLIR's frames
      (void)catalogue::parse_layout(layout.getValue().str());
    } catch (const Error& error) {
      return kernel.emitOpError() << "expects " << what << " such as blocked(1, 16), got "
                                  << layout;
    }
  return mlir::success();
}

// The type of what is stored in `layout` for a tensor of the region; null where it cannot be so.
mlir::Type stored(mlir::Type type, const catalogue::Layout& layout) {
  if (layout.is_row_major())
    return type;
  if (!is_tensor(type))
    return {};
  const TensorType tensor = tensor_type_of(type);
  if (layout.axis >= tensor.shape.rank() || tensor.shape.rank() >= max_rank)
    return {};
  return to_mlir(*type.getContext(), catalogue::stored_type(tensor, layout));
}

} // namespace

llvm::LogicalResult KernelOp::verify() {
  if (const auto offsets = getOffsets())
    if (mlir::failed(verify_offsets(*this, *offsets)))
      return mlir::failure();
  if (const auto prepared = getPrepared())
    if (mlir::failed(verify_prepared(*this, *prepared)))
      return mlir::failure();
  if (const auto layouts = getOperandLayouts())
    if (mlir::failed(verify_layouts(*this, "operand layouts", *layouts, getInputs().size())))
      return mlir::failure();
  if (const auto layouts = getResultLayouts())
    if (mlir::failed(verify_layouts(*this, "result layouts", *layouts, getNumResults())))
      return mlir::failure();
  return mlir::success();
}

llvm::LogicalResult KernelOp::verifyRegions() {
  mlir::Block& block = getBody().front();
  const catalogue::Forms forms = forms_of(*this);
  llvm::SmallVector<mlir::Type> arguments(getInputs().getTypes()), results(getResultTypes());
  // Where what is stored follows from what the region has, the region has what it must.
  for (auto [k, argument] : llvm::enumerate(block.getArguments()))
    if (const int number = static_cast<int>(k); k < arguments.size()) {
      const catalogue::Layout layout = forms.operand(number);
      if (forms.is_prepared(number) && !layout.is_row_major())
        return emitOpError() << "expects a prepared operand to have no layout, got "
                             << catalogue::to_string(layout) << " of operand " << k;
      if (forms.is_prepared(number) || stored(argument.getType(), layout) == arguments[k])
        arguments[k] = argument.getType();
    }
  for (auto [k, yielded] : llvm::enumerate(block.back().getOperands()))
    if (k < results.size() &&
        stored(yielded.getType(), forms.result(static_cast<int>(k))) == results[k])
      results[k] = yielded.getType();
  if (mlir::failed(verify_region(*this, arguments, results)))
    return mlir::failure();
  for (mlir::Operation& op : block.without_terminator())
    if (!llvm::isa<FoveaOpInterface>(op) || llvm::isa<KernelOp>(op))
      return op.emitOpError() << "expects not to stand in fovea.kernel, which holds ops that have "
                                 "a definition and no kernels";
  for (mlir::Value value : block.getTerminator()->getOperands())
    if (!value.getDefiningOp())
      return emitOpError() << "expects to yield what its ops compute, got an operand";
  return mlir::success();
}

} // namespace fovea::ir
