#pragma once
#include <fovea/definition/definition.hpp>

#include <optional>

// Sums over windows of several dimensions that are sums one behind the other.
namespace fovea::kernels {

struct Separated {
  Definition definition;
  int equation = 0; // the first that was taken apart, as it was numbered before
};

// An equation
//   Z(i, j) = sum(m, n)(X(i + m, j + n) * a(m) * b(n))
// becomes
//   R(u, j) = sum(n)(X(u, j + n) * b(n));  Z(i, j) = sum(m)(R(i + m, j) * a(m))
// and so on for further dimensions, where that halves the number of terms. Weights are expressions
// that hold one reduced index each, or a table of two of them that is computed of no operand and is
// the product of a column and a row. Maxima and minima have no weights. None where no equation is
// such a sum.
//
// Errors stay within the bound of the definition's sums in any order (N. Higham, Accuracy and
// Stability of Numerical Algorithms, 2nd ed., section 4.2), as long as nothing overflows or
// underflows: an element takes M + N - 2 additions instead of M N - 1, as many multiplications, and
// two roundings more where the weights come from a table, which has more than 2 (M + N) elements.
std::optional<Separated> separated(const Definition& definition);

} // namespace fovea::kernels
