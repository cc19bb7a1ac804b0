#include "compiler/ir/ops.hpp"

// fovea.join and fovea.part: does the memory of one hold that of the others?
namespace fovea::ir {
namespace {

llvm::LogicalResult verify_dtype(mlir::Operation* op, mlir::Type type, mlir::Type expected) {
  const DType own = tensor_type_of(type).dtype, other = tensor_type_of(expected).dtype;
  if (own != other)
    return op->emitOpError() << "expects elements of one type, got " << type << " and " << expected;
  return mlir::success();
}

int64_t elements_of(mlir::Value value) {
  return tensor_type_of(value).shape.elements();
}

} // namespace

llvm::LogicalResult JoinOp::verify() {
  if (getParts().empty())
    return emitOpError() << "expects operands";
  // No sum overflows: each operand is compared with what is left.
  int64_t left = elements_of(getWhole());
  for (mlir::Value part : getParts()) {
    if (mlir::failed(verify_dtype(*this, part.getType(), getWhole().getType())))
      return mlir::failure();
    if (elements_of(part) > left)
      return emitOpError() << "expects operands of together as many elements as the result, "
                           << elements_of(getWhole()) << ", got more";
    left -= elements_of(part);
  }
  if (left != 0)
    return emitOpError() << "expects operands of together as many elements as the result, "
                         << elements_of(getWhole()) << ", got " << elements_of(getWhole()) - left;
  return mlir::success();
}

llvm::LogicalResult PartOp::verify() {
  if (mlir::failed(verify_dtype(*this, getPart().getType(), getWhole().getType())))
    return mlir::failure();
  const int64_t whole = elements_of(getWhole());
  if (getBegin() > static_cast<uint64_t>(whole) ||
      elements_of(getPart()) > whole - static_cast<int64_t>(getBegin()))
    return emitOpError() << "expects a range of the " << whole << " elements of its operand, got "
                         << elements_of(getPart()) << " from " << getBegin();
  return mlir::success();
}

} // namespace fovea::ir
