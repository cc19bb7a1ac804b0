#pragma once
#include <fovea/location.hpp>

#include <mlir/IR/Location.h>

namespace fovea::ir {

// The first line of source code in a location; unknown where there is none.
SourceLocation source_of(mlir::Location location);

} // namespace fovea::ir
