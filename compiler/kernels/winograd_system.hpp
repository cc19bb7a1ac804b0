#pragma once
#include "compiler/kernels/winograd_form.hpp"

// Convolutions rewritten so that their windows are computed by Winograd's minimal filtering. From
//   Z(b, k, y, x) = sum(c, m, n) X(b, c, y + m, x + n) W(k, c, m, n),  epilogue(Z)
// to, for tiles (ty, tx) of results, channels c and k in blocks of one vector:
//   U(i, j, k, c) = G W(k, c) G^T
//   D(c, b, y, x) = X(b, c, y, x), zeros and all; stored only where X is row-major
//   V(i, j, c, b, ty, tx) = B^T D(c, b) B at the tile
//   M(i, j, k, b, ty, tx) = sum(c) V(i, j, c, b, ty, tx) U(i, j, k, c)
//   Y(oy, ox, k, b, ty, tx) = A^T M(k, b, ty, tx) A
//   Z(b, k, y, x) = Y(y mod tile, x mod tile, k, b, y / tile, x / tile),  epilogue(Z)
// and the same along one dimension where the window has one.
namespace fovea::kernels {

// Where the equations stand, in the order above; transforms have one for each axis.
struct WinogradSystem {
  Definition stages;                // what split_stages made: M's sum stands in front of M
  std::vector<int> weights, inputs; // weights: none where they are prepared
  int image = 0, sum = 0, products = 0;
  std::vector<int> outputs;
  int host = 0,
      root = 0; // Z with its epilogue, columns in blocks; the result: Z, or a copy in order
};
WinogradSystem winograd_system(const catalogue::Problem& problem, const WinogradForm& form);

// U alone: a definition of the weights.
Definition winograd_weights(const catalogue::Problem& problem, const WinogradForm& form);

} // namespace fovea::kernels
