#pragma once
#include "compiler/ir/plan.hpp"

namespace mlir {
class ModuleOp;
}

namespace fovea::ir {

// The plan that the passes left in the module's function. Throws Error where a kernel has no
// algorithm, symbol or offsets yet: where the passes did not run to the end.
Plan plan_of(mlir::ModuleOp module);

} // namespace fovea::ir
