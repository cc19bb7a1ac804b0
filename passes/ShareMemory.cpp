#include "passes/Passes.hpp"

#include "passes/kernels.hpp"
#include "passes/sharing.hpp"

#include <mlir/IR/Builders.h>

namespace fovea::passes {

#define GEN_PASS_DEF_SHAREMEMORY
#include "passes/Passes.h.inc"

namespace {

class ShareMemory : public impl::ShareMemoryBase<ShareMemory> {
 public:
  explicit ShareMemory(PipelineOptions options) : options_(std::move(options)) {}

  void runOnOperation() override {
    mlir::func::FuncOp function = getOperation();
    if (mlir::failed(run_on(function, [&] { return run(function); })))
      signalPassFailure();
  }

 private:
  llvm::LogicalResult run(mlir::func::FuncOp function) const {
    if (!options_.share)
      return mlir::success();
    if (!options_.catalogue)
      return function.emitError("share-memory needs a catalogue of algorithms");
    const llvm::DenseSet<mlir::Value> known =
        options_.prepare ? known_before_running(function) : llvm::DenseSet<mlir::Value>();
    Sharing sharing(options_, known);
    for (auto kernel :
         llvm::make_early_inc_range(function.getBody().front().getOps<ir::KernelOp>())) {
      const std::optional<Copies> copies = sharing.copies_of(kernel);
      if (!copies || !is_cheaper(sharing, kernel, *copies))
        continue;
      sharing.share(kernel, *copies);
      if (copies->joins)
        join(kernel, *copies);
      else
        take_part(kernel, *copies);
    }
    return mlir::success();
  }

  // Than the kernel itself: what cannot be made in place is copied piece by piece.
  bool is_cheaper(const Sharing& sharing, ir::KernelOp kernel, const Copies& copies) const {
    const catalogue::Forms forms = forms_of(kernel);
    const double shared = sharing.cost(copies, forms);
    return shared == 0 ||
           shared < algorithm_for(options_, "", {copies.definition, options_.target, forms}, {})
                        .cost.seconds;
  }

  static void join(ir::KernelOp kernel, const Copies& copies) {
    mlir::OpBuilder builder(kernel);
    const catalogue::Forms forms = forms_of(kernel);
    llvm::SmallVector<mlir::Value> parts;
    for (size_t k = 0; k < copies.ranges.ranges.size(); ++k) {
      const int operand = copies.ranges.ranges[k].operand;
      const size_t number = static_cast<size_t>(operand);
      mlir::Value part = kernel.getInputs()[number];
      if (is_copied(copies, k, forms))
        part = make_copy(builder, kernel.getLoc(), kernel.getLayer(), part,
                         copies.definition.operands[number].type,
                         {.operands = {forms.operand(operand)},
                          .results = {forms.result(0)},
                          .prepared = {}})
                   ->getResult(0);
      parts.push_back(part);
    }
    auto whole =
        ir::JoinOp::create(builder, kernel.getLoc(), kernel->getResult(0).getType(), parts);
    kernel->replaceAllUsesWith(whole);
    kernel.erase();
  }

  static void take_part(ir::KernelOp kernel, const Copies& copies) {
    mlir::OpBuilder builder(kernel);
    const ir::CopiedRange& range = copies.ranges.ranges[0];
    const auto stored =
        *ir::stored_range(copies.definition.operands[0].type.shape, forms_of(kernel).operand(0),
                          copies.ranges.axis, range.from, range.extent);
    auto part = ir::PartOp::create(builder, kernel.getLoc(), kernel->getResult(0).getType(),
                                   kernel.getInputs()[0], static_cast<uint64_t>(stored.begin));
    kernel->replaceAllUsesWith(part);
    kernel.erase();
  }

  PipelineOptions options_;
};

} // namespace

std::unique_ptr<mlir::Pass> create_share_memory(const PipelineOptions& options) {
  return std::make_unique<ShareMemory>(options);
}

} // namespace fovea::passes
