#pragma once
#include "compiler/kernels/winograd_transform.hpp"

#include <fovea/definition/definition.hpp>

// Products of a transform's matrix and a vector, as scalar expressions of few operations.
namespace fovea::kernels {

// Row number `index` of `matrix` times `values`: a choice among the rows, which folds where the
// loop over `index` is unrolled. What rows have in common is written alike in each, for the
// compiler to find: for B^T and G, whose rows belong to points p and -p, sums over even and over
// odd columns.
Expr row_by_parity(const RationalMatrix& matrix, const IndexExpr& index,
                   const std::vector<Expr>& values);
// The same for A^T, where the columns belong to the points: sums and differences of two of them.
Expr row_by_pairs(const RationalMatrix& matrix, const IndexExpr& index,
                  const std::vector<Expr>& values);

} // namespace fovea::kernels
