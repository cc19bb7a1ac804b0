#pragma once
#include <fovea/definition/definition.hpp>

#include <mlir/IR/AffineExpr.h>
#include <mlir/IR/AffineMap.h>

#include <optional>

// Index expressions as affine expressions over d0, d1 ..., and back. Both forms are canonical, so
// the way there and back gives the same expression, or a simpler one of the same value: MLIR knows
// that i - 2*floor(i/2) is i mod 2.
namespace fovea::ir {

mlir::AffineExpr to_affine(mlir::MLIRContext& context, const IndexExpr& expr);
// Nothing for products of indices, symbols, and divisors below 1.
std::optional<IndexExpr> from_affine(mlir::AffineExpr expr);

// The value of an enumeration that `name_of` gives this name; `last` is its last value.
template <class Enum>
std::optional<Enum> value_of(llvm::StringRef name, Enum last) {
  for (int k = 0; k <= static_cast<int>(last); ++k)
    if (const std::string_view candidate = name_of(static_cast<Enum>(k));
        name == llvm::StringRef(candidate.data(), candidate.size()))
      return static_cast<Enum>(k);
  return std::nullopt;
}
inline std::optional<ReduceKind> reduce_kind_of(llvm::StringRef name) {
  return value_of(name, ReduceKind::min);
}
inline std::optional<Boundary> boundary_of(llvm::StringRef name) {
  return value_of(name, Boundary::wrap);
}
inline std::optional<ScalarOp> scalar_op_of(llvm::StringRef name) {
  return value_of(name, ScalarOp::select);
}

} // namespace fovea::ir
