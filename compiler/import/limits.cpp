#include "compiler/import/limits.hpp"

#include "compiler/ir/ops.hpp"
#include "compiler/ir/source_of.hpp"

#include <fovea/error.hpp>

#include <llvm/ADT/DenseMap.h>

#include <algorithm>

namespace fovea::ir {
namespace {

constexpr int64_t max_ops = 200'000;     // in a module, scalar ones included
constexpr int64_t max_depth = 1'000;     // of an expression
constexpr int64_t max_uses = 1'000'000;  // of an equation's scalars, each counted once per use
constexpr int64_t max_index_depth = 100; // of an index expression

[[noreturn]] void fail(mlir::Operation* op, const char* what, int64_t limit) {
  throw Error({.what = std::string("the model is too large: ") + what,
               .where = source_of(op->getLoc()),
               .expected = "at most " + std::to_string(limit)});
}

bool is_deeper(mlir::AffineExpr expr, int64_t depth) {
  const auto binary = llvm::dyn_cast<mlir::AffineBinaryOpExpr>(expr);
  if (!binary)
    return false;
  return depth == 0 || is_deeper(binary.getLHS(), depth - 1) ||
         is_deeper(binary.getRHS(), depth - 1);
}

void check_map(mlir::Operation* op, mlir::AffineMap map) {
  for (mlir::AffineExpr expr : map.getResults())
    if (is_deeper(expr, max_index_depth))
      fail(op, "an index expression is nested too deeply", max_index_depth);
}

struct Extent {
  int64_t depth = 0, uses = 0;
};

void check_equation(DefineOp define) {
  llvm::DenseMap<mlir::Value, Extent> extents;
  for (mlir::Operation& op : define.getBody().front()) {
    if (auto read = llvm::dyn_cast<ReadOp>(op))
      check_map(&op, read.getMap());
    if (auto index = llvm::dyn_cast<IndexOp>(op))
      check_map(&op, index.getMap());
    Extent extent{1, 1};
    for (mlir::Value operand : op.getOperands()) {
      const Extent part = extents.lookup(operand);
      extent.depth = std::max(extent.depth, part.depth + 1);
      extent.uses += part.uses; // neither sum overflows: each part is within the limit
    }
    if (extent.depth > max_depth)
      fail(&op, "an expression is nested too deeply", max_depth);
    if (extent.uses > max_uses)
      fail(&op, "the parts of an equation, counted once per use", max_uses);
    for (mlir::Value result : op.getResults())
      extents[result] = extent;
  }
}

} // namespace

void check_limits(mlir::ModuleOp module) {
  int64_t ops = 0;
  mlir::Operation* last = nullptr;
  llvm::SmallVector<DefineOp> equations;
  module.walk([&](mlir::Operation* op) {
    ++ops;
    last = op;
    if (auto define = llvm::dyn_cast<DefineOp>(op))
      equations.push_back(define);
  });
  if (ops > max_ops)
    fail(last, "the number of its ops", max_ops);
  for (DefineOp define : equations) // outside MLIR's frames: it throws
    check_equation(define);
}

} // namespace fovea::ir
