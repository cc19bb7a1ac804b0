#include "compiler/ir/index_map.hpp"

namespace fovea::ir {

mlir::AffineExpr to_affine(mlir::MLIRContext& context, const IndexExpr& expr) {
  mlir::AffineExpr sum = mlir::getAffineConstantExpr(0, &context);
  for (const IndexTerm& term : expr.terms) {
    mlir::AffineExpr atom;
    if (term.kind == IndexTerm::Kind::index)
      atom = mlir::getAffineDimExpr(static_cast<unsigned>(term.index), &context);
    else if (term.kind == IndexTerm::Kind::floor_div)
      atom = to_affine(context, *term.inner).floorDiv(static_cast<uint64_t>(term.divisor));
    else
      atom = to_affine(context, *term.inner) % static_cast<uint64_t>(term.divisor);
    sum = sum + atom * term.coefficient;
  }
  return sum + expr.constant;
}

namespace {

using Result = std::optional<IndexExpr>;

Result from_division(mlir::AffineBinaryOpExpr expr) {
  const auto divisor = llvm::dyn_cast<mlir::AffineConstantExpr>(expr.getRHS());
  const Result left = from_affine(expr.getLHS());
  if (!left || !divisor || divisor.getValue() < 1)
    return std::nullopt;
  switch (expr.getKind()) {
  case mlir::AffineExprKind::FloorDiv:
    return floor_div(*left, divisor.getValue());
  case mlir::AffineExprKind::CeilDiv:
    return floor_div(*left * -1, divisor.getValue()) * -1;
  default:
    return mod(*left, divisor.getValue());
  }
}

} // namespace

std::optional<IndexExpr> from_affine(mlir::AffineExpr expr) {
  if (const auto constant = llvm::dyn_cast<mlir::AffineConstantExpr>(expr))
    return IndexExpr{constant.getValue(), {}};
  if (const auto index = llvm::dyn_cast<mlir::AffineDimExpr>(expr))
    return IndexExpr::of(static_cast<int>(index.getPosition()));
  const auto binary = llvm::dyn_cast<mlir::AffineBinaryOpExpr>(expr);
  if (!binary)
    return std::nullopt;
  if (binary.getKind() != mlir::AffineExprKind::Add &&
      binary.getKind() != mlir::AffineExprKind::Mul)
    return from_division(binary);
  const Result left = from_affine(binary.getLHS()), right = from_affine(binary.getRHS());
  if (!left || !right)
    return std::nullopt;
  if (binary.getKind() == mlir::AffineExprKind::Add)
    return *left + *right;
  if (right->is_constant())
    return *left * right->constant;
  return left->is_constant() ? Result(*right * left->constant) : std::nullopt;
}

} // namespace fovea::ir
