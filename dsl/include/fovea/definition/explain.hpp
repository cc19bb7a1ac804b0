#pragma once
#include <fovea/definition/definition.hpp>

// What one would like to see of a definition.
namespace fovea {

// The system as the loops that one would write by hand:
//   for i < 62
//     Z(i) = 0
//     for m < 3
//       Z(i) += x(i + m) * w(m)
std::string loop_nest(const Definition& definition);

// An index of an equation: it goes from 0 to below `extent`.
struct ExplainedIndex {
  std::string name;
  bool reduced = false; // by the equation, else on its left side
  int64_t extent = 0;
  std::string reason; // "dimension 0 of w", "as far as x(i + m) stays inside", "stated"
};
std::vector<ExplainedIndex> indices_of(const Definition& definition, const Equation& equation);

// A system that is affine in one of its operands, as a dense matrix A and a vector b: both tensors
// taken as row-major vectors, result = A operand + b. That of a one-dimensional convolution is a
// Toeplitz matrix (Goodfellow, Bengio, Courville, Deep Learning, section 9.1).
struct LinearMap {
  int operand = 0, result = 0; // numbers in the definition's lists
  int64_t rows = 0, columns = 0;
  // Expressions in the elements of the other operands, as "2*w(0)"; empty where they are 0. The
  // matrix row by row.
  std::vector<std::string> matrix, offset;

  const std::string& at(int64_t row, int64_t column) const {
    return matrix[static_cast<size_t>(row * columns + column)];
  }
  // Each diagonal holds one entry only, and there is more than one row and column.
  bool is_toeplitz() const;
};
// Nothing where the result does not depend on the operand, is not affine in it or reads it at
// places that other operands say, and where the matrix has more than `most` entries.
std::optional<LinearMap> linear_map(const Definition& definition, int operand, int result,
                                    int64_t most);

} // namespace fovea
