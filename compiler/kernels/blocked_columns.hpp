#pragma once
#include "compiler/kernels/contraction.hpp"

#include <fovea/catalogue/problem.hpp>

// Contractions with their columns in blocks of one vector: the form in which direct convolutions
// and matrix products run. From
//   Z(b, i, y, x) = sum(l, m, n) V(b, l, y + m, x + n) K(i, l, m, n),  epilogue(Z)
// to, with i = 16 i_o + i_i,
//   P(i_o, l, m, n, i_i) = K(i, l, m, n)
//   T(b, i_o, y, x, i_i) = sum(l, m, n) V(b, l, y + m, x + n) P(i_o, l, m, n, i_i)
//   epilogue(T), and back to Z's own order where the result is row-major.
namespace fovea::kernels {

// Can the problem be written so? One column index, f32 throughout, an image that is row-major or
// has its channels in blocks, a result that is row-major or has its columns in blocks.
bool has_blocked_columns(const catalogue::Problem& problem);

Definition blocked_columns(const catalogue::Problem& problem);

// P alone: the weights as T reads them.
Definition packed_weights(const catalogue::Problem& problem);

// The axis of the image in which its channels are, and that of the result for the columns.
int channel_axis(const Definition& definition, const Contraction& contraction); // -1: none

} // namespace fovea::kernels
