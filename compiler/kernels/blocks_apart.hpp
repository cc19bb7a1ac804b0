#pragma once
#include <fovea/definition/definition.hpp>

// Sums over tensors with channels in blocks, with the blocks as indices of their own: from
//   Z(c) = sum(y) X(c / 16, y, c mod 16)
// to Z(c_o, c_i) = sum(y) X(c_o, y, c_i), over the same memory. Floors and remainders hide from the
// schedule that channels of a block lie beside each other.
namespace fovea::kernels {

// Wherever the block divides the index's extent; equations that read such a sum follow.
Definition blocks_apart(Definition definition);

} // namespace fovea::kernels
