#pragma once
#include "compiler/ir/ops.hpp"
#include "passes/Pipeline.hpp"

#include <fovea/error.hpp>

#include <mlir/Dialect/Func/IR/FuncOps.h>
#include <mlir/Pass/Pass.h>

#include <memory>

namespace fovea::passes {

std::unique_ptr<mlir::Pass> create_assign_layouts(const PipelineOptions& options);
std::unique_ptr<mlir::Pass> create_canonicalise(const PipelineOptions& options);
std::unique_ptr<mlir::Pass> create_chain_joins(const PipelineOptions& options);
std::unique_ptr<mlir::Pass> create_fuse(const PipelineOptions& options);
std::unique_ptr<mlir::Pass> create_hoist_weights(const PipelineOptions& options);
std::unique_ptr<mlir::Pass> create_chain_convolutions(const PipelineOptions& options);
std::unique_ptr<mlir::Pass> create_prepare(const PipelineOptions& options);
std::unique_ptr<mlir::Pass> create_select(const PipelineOptions& options);
std::unique_ptr<mlir::Pass> create_share_memory(const PipelineOptions& options);
std::unique_ptr<mlir::Pass> create_materialise_outputs(const PipelineOptions& options);
std::unique_ptr<mlir::Pass> create_plan_memory(const PipelineOptions& options);

// An error of `op`, at `where` if that is known.
inline mlir::InFlightDiagnostic error_at(mlir::Operation* op, const SourceLocation& where) {
  if (!where.known())
    return op->emitError();
  return mlir::emitError(
      mlir::FileLineColLoc::get(op->getContext(), where.file, where.line, where.column));
}

// Runs `work`; an exception (catalogue, schedules and definitions throw Error) becomes a diagnostic
// at its own place or else at `op`, because none may pass through MLIR's frames.
template <class Work>
llvm::LogicalResult guarded(mlir::Operation* op, Work&& work) {
  try {
    return work();
  } catch (const Error& error) {
    const ErrorParts& parts = error.parts();
    mlir::InFlightDiagnostic diagnostic = error_at(op, parts.where)
                                          << "'" << ir::layer_of(op) << "': " << parts.what;
    if (!parts.expected.empty())
      diagnostic << ": expects " << parts.expected << ", got " << parts.got;
    for (const std::string& note : {parts.detail, parts.hint})
      if (!note.empty())
        diagnostic.attachNote() << note;
    return diagnostic;
  } catch (const std::exception& error) {
    return op->emitError() << "'" << ir::layer_of(op) << "': " << error.what();
  }
}

// Does the function hold one block of the dialect's ops on row-major tensors? Else a diagnostic.
// IR files are data: whatever stands in them must not trip a pass.
llvm::LogicalResult check_function(mlir::func::FuncOp function);

// `guarded`, for a function that passed `check_function`.
template <class Work>
llvm::LogicalResult run_on(mlir::func::FuncOp function, Work&& work) {
  return mlir::failed(check_function(function)) ? mlir::failure()
                                                : guarded(function, std::forward<Work>(work));
}

} // namespace fovea::passes
