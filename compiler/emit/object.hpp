#pragma once
#include <cstddef>
#include <mlir/IR/BuiltinOps.h>

#include <string>
#include <vector>

namespace fovea::emission {

// Machine code of a module in MLIR's LLVM dialect: through LLVM IR, without
// optimisation, to a relocatable, position-independent ELF object, for this machine's architecture
// or another ("aarch64"). Throws Error (internal).
std::vector<std::byte> compile_to_object(mlir::ModuleOp module);
std::vector<std::byte> compile_to_object(mlir::ModuleOp module, const std::string& arch);

} // namespace fovea::emission
