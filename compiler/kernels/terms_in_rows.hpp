#pragma once
#include <fovea/definition/definition.hpp>

// Sums of products in which each weight is used once, such as unshared convolution: they take as
// long as the weights take to come from memory, if those are read in order. From
//   Z(i, y, x) = sum(l, m, n) V(l, y + m, x + n) K(i, y, x, l, m, n)
// to, with t = (l M + m) N + n, over the same weights,
//   T(y, x, t) = V(t / (M N), y + t / N mod M, x + t mod N)
//   Z(i, y, x) = sum(t) T(y, x, t) K(i, y, x, t)
// where T, what each window sees in the order of its weights, is small beside K.
namespace fovea::kernels {

// The definition itself where there is no such sum. Of stages (normalise.hpp): boundary rules have
// been applied to what a sum reads.
Definition terms_in_rows(const Definition& definition);

} // namespace fovea::kernels
