#include "compiler/ir/ops.hpp"

// Which memory a value is in.
namespace fovea::ir {
namespace {

bool is_view(mlir::Operation* op) {
  auto described = llvm::dyn_cast<FoveaOpInterface>(op);
  return described && described.is_row_major_view();
}

// The join that `value`, itself or as a view, is an operand of; null: none.
mlir::OpOperand* joined(mlir::Value value) {
  for (mlir::OpOperand& use : value.getUses()) {
    if (llvm::isa<JoinOp>(use.getOwner()))
      return &use;
    if (is_view(use.getOwner()))
      if (mlir::OpOperand* found = joined(use.getOwner()->getResult(0)))
        return found;
  }
  return nullptr;
}

} // namespace

mlir::Value owner_of(mlir::Value value) {
  while (mlir::Operation* op = value.getDefiningOp()) {
    if (!is_view(op))
      break;
    value = op->getOperand(0);
  }
  return value;
}

int64_t begin_of(PartOp part) {
  return static_cast<int64_t>(part.getBegin()) * size_of(tensor_type_of(part.getPart()).dtype);
}

Place place_of(mlir::Value value) {
  Place place{owner_of(value)};
  while (auto part = place.buffer.getDefiningOp<PartOp>()) {
    place.bytes += begin_of(part);
    place.buffer = owner_of(part.getWhole());
  }
  while (mlir::OpOperand* use = joined(place.buffer)) {
    auto join = llvm::cast<JoinOp>(use->getOwner());
    for (mlir::Value before : join.getParts().take_front(use->getOperandNumber()))
      place.bytes += tensor_type_of(before).bytes();
    place.buffer = join.getWhole();
  }
  return place;
}

} // namespace fovea::ir
