#pragma once
#include "compiler/ir/ops.hpp"
#include "compiler/ir/ranges.hpp"
#include "passes/Pipeline.hpp"

#include <llvm/ADT/DenseSet.h>

#include <optional>

// Kernels that only put tensors side by side (a concatenation), or take a range of one (a slice):
// where ranges are contiguous in memory, who makes the tensors may write them in place, and who
// reads them read them there.
namespace fovea::passes {

struct Copies {
  Definition definition;
  ir::CopiedRanges ranges;
  bool joins = false;         // all of its operands; else it takes a range of its only one
  std::vector<bool> in_place; // of ranges: no copy, if operand and result have one layout
};

// Asked about the kernels of one function in their order.
class Sharing {
 public:
  // `known`: what is known before running, which has its own memory. Both outlive this.
  Sharing(const PipelineOptions& options, const llvm::DenseSet<mlir::Value>& known)
      : options_(options), known_(known) {}

  // None for kernels that do more, or whose result is known, or for which the user chose how to
  // compute them. A tensor can be made in one place only: not one that the caller gives or gets,
  // and none that stands in another result already.
  std::optional<Copies> copies_of(ir::KernelOp kernel) const;
  // From now on its operands stand in the kernel's result, or its result is part of its operand.
  void share(ir::KernelOp kernel, const Copies& copies);

  // Seconds of the copies that are left in these forms; infinity where ranges are not contiguous.
  double cost(const Copies& copies, const catalogue::Forms& forms) const;

 private:
  bool can_be_made_elsewhere(mlir::Value owner) const;

  const PipelineOptions& options_;
  const llvm::DenseSet<mlir::Value>& known_;
  llvm::DenseSet<mlir::Value> placed_; // stands in another tensor, or is part of one
};

// Is this range copied in these forms, though it could be made in place in others?
bool is_copied(const Copies& copies, size_t range, const catalogue::Forms& forms);

} // namespace fovea::passes
