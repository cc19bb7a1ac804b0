// One op of the dialect for each of fovea/ops.
#include "compiler/ir/op_bridge.hpp"
#include "compiler/ir/ops.hpp"

#include <fovea/all_ops.hpp>

#include <mlir/IR/Builders.h>
#include <mlir/IR/DialectImplementation.h>

#include "compiler/ir/assembly.hpp"

#define GET_OP_CLASSES
#include "compiler/ir/FoveaOps.h.inc"
#define GET_OP_CLASSES
#include "compiler/ir/FoveaOps.cpp.inc"

namespace fovea::ir {

void FoveaDialect::register_layers() {
  addOperations<
#define GET_OP_LIST
#include "compiler/ir/FoveaOps.cpp.inc"
      >();
}

} // namespace fovea::ir
