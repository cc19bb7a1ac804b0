#pragma once
#include "compiler/kernels/winograd_transform.hpp"

#include <vector>

// How far minimal filtering in float32 may be from the exact convolution.
//
// One output channel at one tile is
//   y = A^T [ sum(c) (G g_c G^T) * (B^T d_c B) ] A            (* element by element)
// Each entry of a product of a matrix and a vector, computed in any order with multiply-adds fused
// or not, is the exact entry with every term changed by at most (1 + u)^n, n the roundings on that
// term's way (Higham, Accuracy and Stability of Numerical Algorithms, 2nd ed., lemmas 3.1 and 8.4);
// u = 2^-24. On the way of one term of y lie
//   - one pass of G a dimension: taps - 1 additions, a product, a product and a division by the
//     common denominator: taps + 2;
//   - one pass of B^T a dimension: size - 1 additions, a product: size;
//   - one pass of A^T a dimension: size - 1 additions, a product: size;
//   - the product of the transforms and the sum over channels: channels + 1, and for channels that
//     only fill up a vector nothing: they add 0.
// With m their sum and gamma(m) = m u / (1 - m u), entry by entry
//   |computed - y| <= gamma(m) |A^T| [ sum(c) (|G| |g_c| |G^T|) * (|B^T| |d_c| |B|) ] |A|,
// and with the largest |g| and |d| taken out, the brackets are products of row sums: the entry of
// point (i, j) is at most channels |g| |d| r(i) r(j), r(i) = sum(|G(i, .)|) sum(|B^T(i, .)|), and
//   |computed - y| <= gamma(m) channels max|g| max|d| a^dimensions,
//   a = max over the rows o of A^T of sum(i) |A^T(o, i)| r(i).
namespace fovea::kernels {

// a: by how much one dimension's transforms may make sums larger; taps for a plain sum.
double amplification(const WinogradTransform& transform);

// For images and weights whose largest magnitude is 1; a bias adds u of the result.
double winograd_bound(const std::vector<WinogradTransform>& dimensions, int64_t channels);

} // namespace fovea::kernels
