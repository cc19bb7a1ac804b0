#pragma once
#include <fovea/definition/definition.hpp>

// Reductions along a dimension whose elements are neighbours in memory, made ready for vectors:
// interleaved parts, one a lane, which are then folded half onto half. From
//   T(i) = sum(l) body(i, l)
// to, with n = 16 m + r terms and 16 parts,
//   P(i, k) = sum(o < m) body(i, 16 o + k)
//   Q(i, k) = P(i, k) + (k >= 16 - r ? body(i, n - 16 + k) : 0)
//   H(i, k) = Q(i, k) + Q(i, k + 8), ...,  T(i) = H(i, 0) + H(i, 1)
// The terms that are left are the last 16, of which those of P do not count again: no loop over
// single terms, and nothing outside is read.
namespace fovea::kernels {

// Until a sum in parts is one number, about: a few shuffles and additions, each after the other.
inline constexpr double cycles_of_folding = 12;

// How many parts: vectors of `lanes`, several of them where there are many terms, so that one
// addition needs not wait for the one before; 1 where there are too few.
int64_t part_count(int64_t terms, int64_t lanes, int64_t most_vectors);

// Equation `e`, a reduction in f32 along its reduced dimension `r` (a number among the reduced), in
// `parts` parts (a power of two, at most its terms). Its folds keep one stage for each half from
// `parts` / 2 down to 2. Returns the number that `e` has then.
int interleave(Definition& definition, int e, int r, int64_t parts);

} // namespace fovea::kernels
