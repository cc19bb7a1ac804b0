#include "compiler/ir/source_of.hpp"

#include <fovea/kept_name.hpp>

#include <mlir/IR/MLIRContext.h>

namespace fovea::ir {

SourceLocation source_of(mlir::Location location) {
  SourceLocation found;
  location->walk([&](mlir::Location part) {
    auto line = mlir::dyn_cast<mlir::FileLineColLoc>(part);
    if (!line)
      return mlir::WalkResult::advance();
    found = {fovea::kept_name(line.getFilename().getValue()), line.getLine(), line.getColumn()};
    return mlir::WalkResult::interrupt();
  });
  return found;
}

} // namespace fovea::ir
