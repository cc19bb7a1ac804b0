#include "passes/Passes.hpp"

#include "passes/arena.hpp"

#include <llvm/ADT/DenseMap.h>
#include <llvm/ADT/DenseSet.h>
#include <mlir/IR/Builders.h>

namespace fovea::passes {

#define GEN_PASS_DEF_PLANMEMORY
#include "passes/Passes.h.inc"

namespace {

class PlanMemory : public impl::PlanMemoryBase<PlanMemory> {
 public:
  void runOnOperation() override {
    mlir::func::FuncOp function = getOperation();
    if (mlir::failed(run_on(function, [&] { return plan(function); })))
      signalPassFailure();
  }

 private:
  static llvm::LogicalResult plan(mlir::func::FuncOp function) {
    mlir::Block& block = function.getBody().front();
    // Results live in the caller's memory, but for what is prepared, which stays where it is made.
    const bool prepares = function->hasAttr(ir::prepare_attribute);
    llvm::DenseSet<mlir::Value> results, outputs;
    for (mlir::Value result : block.getTerminator()->getOperands())
      results.insert(ir::owner_of(result));
    if (!prepares)
      outputs = results;

    // A tensor lives from the step of the kernel that makes it to that of the last that reads it.
    std::vector<Buffer> buffers;
    llvm::DenseMap<mlir::Value, size_t> buffer_of;
    for (auto [step, kernel] : llvm::enumerate(block.getOps<ir::KernelOp>())) {
      for (mlir::Value input : kernel.getInputs())
        if (const auto used = buffer_of.find(ir::owner_of(input)); used != buffer_of.end())
          buffers[used->second].last = static_cast<int>(step);
      for (mlir::Value result : kernel->getResults()) {
        if (outputs.contains(result))
          continue;
        buffer_of[result] = buffers.size();
        buffers.push_back({ir::tensor_type_of(result).bytes(), static_cast<int>(step),
                           static_cast<int>(step), 0});
      }
    }

    for (mlir::Value result : results)
      if (const auto made = buffer_of.find(result); made != buffer_of.end())
        buffers[made->second].last = std::numeric_limits<int>::max() - 1;

    const Arena arena = place_buffers(buffers);
    mlir::Builder builder(function.getContext());
    for (auto kernel : block.getOps<ir::KernelOp>()) {
      llvm::SmallVector<int64_t> offsets;
      for (mlir::Value result : kernel->getResults())
        offsets.push_back(outputs.contains(result) ? -1 : buffers[buffer_of[result]].offset);
      kernel.setOffsets(offsets);
    }
    function->setAttr("fovea.arena_bytes", builder.getI64IntegerAttr(arena.bytes));
    function->setAttr("fovea.arena_lower_bound", builder.getI64IntegerAttr(arena.lower_bound));
    return mlir::success();
  }
};

} // namespace

std::unique_ptr<mlir::Pass> create_plan_memory(const PipelineOptions&) {
  return std::make_unique<PlanMemory>();
}

} // namespace fovea::passes
