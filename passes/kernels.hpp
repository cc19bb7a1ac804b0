#pragma once
#include "compiler/ir/ops.hpp"

#include <llvm/ADT/DenseSet.h>
#include <llvm/ADT/SetVector.h>
#include <mlir/Dialect/Func/IR/FuncOps.h>

namespace fovea::passes {

struct PipelineOptions;

// Moves `op` into a kernel of its own, which takes its place.
ir::KernelOp make_kernel(mlir::Operation* op);

// One kernel of both, called `layer`, in place of `consumer`, which is the only reader of
// `producer`'s results.
ir::KernelOp merge_kernels(ir::KernelOp producer, ir::KernelOp consumer, llvm::StringRef layer);

// What one kernel of all of them would compute, each of which but the last is read by the next
// alone, and its inputs in the order of the operands.
Definition merged_definition(llvm::ArrayRef<ir::KernelOp> parts);
llvm::SetVector<mlir::Value> merged_inputs(llvm::ArrayRef<ir::KernelOp> parts);

// Z(i, j ...) = X(i, j ...)
Definition copy_of(const TensorType& type);
// A kernel that copies `value`, which is of `type`, in these forms.
ir::KernelOp make_copy(mlir::OpBuilder& builder, mlir::Location location, llvm::StringRef layer,
                       mlir::Value value, const TensorType& type,
                       const catalogue::Forms& forms = {});

// What decides how a kernel is computed, but for its tensors' forms: equal where the catalogue and
// the user's choices answer alike. `known`: its operands, before it runs.
std::string key_of(const PipelineOptions& options, llvm::StringRef layer,
                   const Definition& definition, const std::vector<bool>& known);

// Are the results of `op` known before the function runs? Those of weights are, of views of what is
// known, and of kernels that read nothing else, but for the function's outputs and what is joined
// with other tensors, which each run writes.
bool depends_on_weights_alone(mlir::Operation* op, const llvm::DenseSet<mlir::Value>& known,
                              const llvm::DenseSet<mlir::Value>& outputs);
// All of them.
llvm::DenseSet<mlir::Value> known_before_running(mlir::func::FuncOp function);

} // namespace fovea::passes
