#include "compiler/ir/ops.hpp"

#include <mlir/IR/Builders.h>
#include <mlir/IR/DialectImplementation.h>

#include "compiler/ir/assembly.hpp"

#include "compiler/ir/FoveaDialect.cpp.inc"
#include "compiler/ir/FoveaInterfaces.cpp.inc"
#define GET_OP_CLASSES
#include "compiler/ir/FoveaStructure.cpp.inc"

namespace fovea::ir {

void FoveaDialect::initialize() {
  addOperations<
#define GET_OP_LIST
#include "compiler/ir/FoveaStructure.cpp.inc"
      >();
  register_layers();
  register_attributes();
}

std::string layer_of(mlir::Operation* op) {
  if (auto layer = op->getAttrOfType<mlir::StringAttr>("layer"); layer && !layer.empty())
    return layer.str();
  if (auto named = llvm::dyn_cast<mlir::NameLoc>(op->getLoc()))
    return named.getName().str();
  return op->getName().stripDialect().str();
}

} // namespace fovea::ir
