#include "passes/Passes.hpp"

#include "compiler/ir/ranges.hpp"

#include <fovea/ops/concat.hpp>

#include <mlir/IR/Builders.h>

namespace fovea::passes {

#define GEN_PASS_DEF_CHAINJOINS
#include "passes/Passes.h.inc"

namespace {

using Values = llvm::SmallVector<mlir::Value>;

// A concatenation: what stands side by side in its result.
struct Join {
  mlir::Value result;
  int axis = 0;
  Values parts; // as it was written
};

class ChainJoins : public impl::ChainJoinsBase<ChainJoins> {
 public:
  void runOnOperation() override {
    mlir::func::FuncOp function = getOperation();
    if (mlir::failed(run_on(function, [&] { return run(function); })))
      signalPassFailure();
  }

 private:
  static llvm::LogicalResult run(mlir::func::FuncOp function) {
    std::vector<Join> earlier;
    for (mlir::Operation& op : llvm::make_early_inc_range(function.getBody().front())) {
      std::optional<Join> join = join_of(&op);
      if (!join)
        continue;
      Values parts = join->parts;
      while (replace_longest(parts, join->axis, earlier))
        ;
      if (parts.size() < join->parts.size())
        join->result = rebuild(&op, join->axis, parts);
      earlier.push_back(std::move(*join));
    }
    return mlir::success();
  }

  static std::optional<Join> join_of(mlir::Operation* op) {
    auto described = llvm::dyn_cast<ir::FoveaOpInterface>(op);
    if (!described || llvm::isa<ir::KernelOp>(op) || op->getNumResults() != 1)
      return std::nullopt;
    const Definition definition = described.definition();
    const auto ranges = ir::copied_ranges(definition);
    if (!ranges || ranges->ranges.size() < 2 || !ir::joins_operands(definition, *ranges))
      return std::nullopt;
    Join join{op->getResult(0), ranges->axis, {}};
    for (const ir::CopiedRange& range : ranges->ranges)
      join.parts.push_back(op->getOperand(static_cast<unsigned>(range.operand)));
    return join;
  }

  // Puts the result of the earlier join that takes most of `parts` in their place.
  static bool replace_longest(Values& parts, int axis, llvm::ArrayRef<Join> earlier) {
    const Join* best = nullptr;
    Values::iterator where = nullptr;
    for (const Join& join : earlier) {
      if (join.axis != axis || join.parts.size() >= parts.size() ||
          (best && join.parts.size() <= best->parts.size()))
        continue;
      const auto found =
          std::search(parts.begin(), parts.end(), join.parts.begin(), join.parts.end());
      if (found == parts.end())
        continue;
      best = &join;
      where = found;
    }
    if (!best)
      return false;
    *where = best->result;
    parts.erase(where + 1, where + static_cast<std::ptrdiff_t>(best->parts.size()));
    return true;
  }

  static mlir::Value rebuild(mlir::Operation* op, int axis, const Values& parts) {
    mlir::OpBuilder builder(op);
    ops::Concat concat;
    concat.axis = axis;
    Types types;
    for (mlir::Value part : parts)
      types.push_back(ir::tensor_type_of(part));
    auto equation = ir::build_equation(builder, op->getLoc(), concat.definition(types), parts,
                                       ir::layer_of(op));
    op->replaceAllUsesWith(equation);
    op->erase();
    return equation->getResult(0);
  }
};

} // namespace

std::unique_ptr<mlir::Pass> create_chain_joins(const PipelineOptions&) {
  return std::make_unique<ChainJoins>();
}

} // namespace fovea::passes
