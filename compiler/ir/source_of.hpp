#pragma once
#include <fovea/location.hpp>

#include <mlir/IR/Location.h>

namespace fovea::ir {

// A copy of a file's name that lasts as long as the program: a SourceLocation refers to it, and an
// Error or a Network outlives the context that knows it.
const char* kept_name(llvm::StringRef file);

// The first line of source code in a location; unknown where there is none.
SourceLocation source_of(mlir::Location location);

} // namespace fovea::ir
