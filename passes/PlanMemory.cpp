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
  // Who makes an operand of a join writes it there: a kernel or another join, and into no other
  // place.
  static llvm::LogicalResult check_joins(mlir::Block& block,
                                         const llvm::DenseSet<mlir::Value>& outputs) {
    llvm::DenseSet<mlir::Value> joined;
    for (auto join : block.getOps<ir::JoinOp>())
      for (mlir::Value part : join.getParts()) {
        const mlir::Value owner = ir::owner_of(part);
        if (!llvm::isa_and_nonnull<ir::KernelOp, ir::JoinOp>(owner.getDefiningOp()) ||
            outputs.contains(owner) || !joined.insert(owner).second)
          return join.emitOpError() << "expects what kernels make for it alone, got another tensor";
      }
    return mlir::success();
  }

  // The memory that holds the results of kernels, but for `outputs`. It is taken from the step of
  // the first kernel that writes there to that of the last that reads.
  static std::vector<Buffer> buffers_of(mlir::Block& block,
                                        const llvm::DenseSet<mlir::Value>& outputs,
                                        llvm::DenseMap<mlir::Value, size_t>& numbers) {
    std::vector<Buffer> buffers;
    for (auto [step, kernel] : llvm::enumerate(block.getOps<ir::KernelOp>())) {
      const int now = static_cast<int>(step);
      for (mlir::Value input : kernel.getInputs())
        if (const auto used = numbers.find(ir::place_of(input).buffer); used != numbers.end())
          buffers[used->second].last = now;
      for (mlir::Value result : kernel->getResults()) {
        const mlir::Value buffer = ir::place_of(result).buffer;
        if (outputs.contains(buffer))
          continue;
        if (numbers.try_emplace(buffer, buffers.size()).second)
          buffers.push_back({ir::tensor_type_of(buffer).bytes(), now, now, 0});
        else
          buffers[numbers[buffer]].last = now;
      }
    }
    return buffers;
  }

  static llvm::LogicalResult plan(mlir::func::FuncOp function) {
    mlir::Block& block = function.getBody().front();
    // Results live in the caller's memory, but for what is prepared, which stays where it is made.
    const bool prepares = function->hasAttr(ir::prepare_attribute);
    llvm::DenseSet<mlir::Value> results, outputs;
    for (mlir::Value result : block.getTerminator()->getOperands())
      results.insert(ir::owner_of(result));
    if (!prepares)
      outputs = results;
    if (mlir::failed(check_joins(block, results)))
      return mlir::failure();

    llvm::DenseMap<mlir::Value, size_t> numbers;
    std::vector<Buffer> buffers = buffers_of(block, outputs, numbers);
    for (mlir::Value result : results)
      if (const auto made = numbers.find(result); made != numbers.end())
        buffers[made->second].last = std::numeric_limits<int>::max() - 1;

    const Arena arena = place_buffers(buffers);
    mlir::Builder builder(function.getContext());
    for (auto kernel : block.getOps<ir::KernelOp>()) {
      llvm::SmallVector<int64_t> offsets;
      for (mlir::Value result : kernel->getResults()) {
        const auto made = numbers.find(ir::place_of(result).buffer);
        offsets.push_back(made == numbers.end() ? -1 : buffers[made->second].offset);
      }
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
