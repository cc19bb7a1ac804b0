#pragma once
#include <mlir/IR/BuiltinOps.h>

namespace fovea::ir {

// What follows recurses into expressions and visits a shared value once per use: expressions in
// files are kept from being too deep or, so counted, too large. Throws Error at the op's line.
void check_limits(mlir::ModuleOp module);

} // namespace fovea::ir
