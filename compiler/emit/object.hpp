#pragma once
#include <cstddef>
#include <mlir/IR/BuiltinOps.h>

#include <string>
#include <vector>

namespace fovea::emission {

// Native code of a module in MLIR's LLVM dialect: through LLVM IR and its O2 pipeline to a
// relocatable, position-independent ELF object for this machine's architecture. Throws Error
// (internal).
std::vector<std::byte> compile_to_object(mlir::ModuleOp module);

} // namespace fovea::emission
