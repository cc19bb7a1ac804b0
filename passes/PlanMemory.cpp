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
  explicit PlanMemory(PipelineOptions options) : options_(std::move(options)) {}

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

  // The operand that `kernel`, at step `now` its last reader, may write its result over; -1: none.
  int overwritten(ir::KernelOp kernel, int now, const std::vector<Buffer>& buffers,
                  const llvm::DenseMap<mlir::Value, size_t>& numbers) const {
    if (!options_.share || !options_.catalogue || !kernel.getAlgorithm() || !kernel.getSchedule())
      return -1;
    const TensorType type = ir::tensor_type_of(kernel->getResult(0));
    std::vector<int> dying; // operands that this kernel reads last
    for (auto [operand, input] : llvm::enumerate(kernel.getInputs())) {
      const mlir::Value buffer = ir::place_of(input).buffer;
      const auto made = numbers.find(buffer);
      if (made == numbers.end() || buffers[made->second].last != now ||
          ir::tensor_type_of(buffer).bytes() != type.bytes())
        continue;
      const auto readers = llvm::count_if(kernel.getInputs(), [&](mlir::Value other) {
        return ir::place_of(other).buffer == buffer;
      });
      if (readers == 1)
        dying.push_back(static_cast<int>(operand));
    }
    if (dying.empty())
      return -1;
    const catalogue::Algorithm& algorithm =
        options_.catalogue->find(std::string(*kernel.getAlgorithm()));
    const catalogue::Problem problem{definition_of(kernel), options_.target, ir::forms_of(kernel)};
    if (!algorithm.matches(problem))
      return -1;
    const auto schedule = catalogue::Schedule::parse(kernel.getSchedule()->getText().str());
    const auto found = llvm::find_if(
        dying, [&](int operand) { return algorithm.overwrites(problem, schedule, operand); });
    return found == dying.end() ? -1 : *found;
  }

  // One buffer for a result and the operand that it may be written over.
  void reuse(mlir::Block& block, std::vector<Buffer>& buffers,
             llvm::DenseMap<mlir::Value, size_t>& numbers) const {
    std::vector<bool> gone(buffers.size());
    for (auto [step, kernel] : llvm::enumerate(block.getOps<ir::KernelOp>())) {
      const auto made = kernel->getNumResults() == 1
                            ? numbers.find(kernel->getResult(0))
                            : numbers.end(); // what is joined has its place
      if (made == numbers.end())
        continue;
      const int operand = overwritten(kernel, static_cast<int>(step), buffers, numbers);
      if (operand < 0)
        continue;
      const size_t own = made->second;
      const size_t other = numbers[ir::place_of(kernel.getInputs()[operand]).buffer];
      buffers[other].last = buffers[own].last;
      gone[own] = true;
      made->second = other;
    }
    drop(gone, buffers, numbers);
  }

  static void drop(const std::vector<bool>& gone, std::vector<Buffer>& buffers,
                   llvm::DenseMap<mlir::Value, size_t>& numbers) {
    std::vector<size_t> now(buffers.size());
    size_t kept = 0;
    for (size_t k = 0; k < gone.size(); ++k) {
      now[k] = kept;
      if (!gone[k])
        buffers[kept++] = buffers[k];
    }
    buffers.resize(kept);
    for (auto& [value, number] : numbers)
      number = now[number];
  }

  llvm::LogicalResult plan(mlir::func::FuncOp function) const {
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
    reuse(block, buffers, numbers);

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

  PipelineOptions options_;
};

} // namespace

std::unique_ptr<mlir::Pass> create_plan_memory(const PipelineOptions& options) {
  return std::make_unique<PlanMemory>(options);
}

} // namespace fovea::passes
