#pragma once
#include <mlir/IR/Operation.h>
#include <mlir/IR/TypeRange.h>

namespace fovea::ir {

// Of an op with one block: its arguments are of the types `arguments`, and it ends in a yield of
// values of the types `results`.
llvm::LogicalResult verify_region(mlir::Operation* op, mlir::TypeRange arguments,
                                  mlir::TypeRange results);

} // namespace fovea::ir
