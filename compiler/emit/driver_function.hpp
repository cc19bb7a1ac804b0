#pragma once
#include "compiler/ir/plan.hpp"

#include <mlir/IR/BuiltinOps.h>
#include <mlir/IR/OwningOpRef.h>

#include <string>

namespace fovea::emission {

// Names of the functions in the driver's module.
inline constexpr const char* driver_symbol = "fovea_entry";
inline constexpr const char* prepare_symbol = "fovea_prepare"; // where the plan prepares something

// The function that runs a plan, as a module in MLIR's LLVM dialect:
//
//   i32 fovea_entry(ptr user_context, ptr inputs, ptr outputs, ptr parameters, ptr arena)
//
// (`fovea_program::entry` of the C ABI). It calls the kernels in order, hands `user_context` and a
// halide_buffer_t per operand and result to each, and returns the first result that is not zero.
// Likewise the one that prepares weights, which tells no profiler of its kernels:
//
//   i32 fovea_prepare(ptr user_context, ptr parameters, ptr prepared)
//
// They allocate nothing. Throws Error where a tensor does not fit the buffers' 32-bit extents.
mlir::OwningOpRef<mlir::ModuleOp> build_driver(const ir::Plan& plan, mlir::MLIRContext& context);

// The module as text, for a dump of the phase.
std::string to_text(mlir::ModuleOp module);

} // namespace fovea::emission
