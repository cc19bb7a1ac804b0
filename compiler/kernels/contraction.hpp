#pragma once
#include <fovea/definition/definition.hpp>

#include <optional>
#include <vector>

// Sums of products of two tensors, seen as what they have in common: convolutions, matrix products,
// products of matrix and vector.
namespace fovea::kernels {

// Z(groups, rows, columns) = sum(terms) image * weights, recognised by where indices stand, never
// by names: `y` of Z(b, i, y, x) = sum(l, m, n) V(b, l, y + m, x + n) K(i, l, m, n) is a row index,
// because V's read holds it and K's does not. Indices are numbered as in the equation.
struct Contraction {
  int equation = 0;
  int image = 0, weights = 0; // tensors
  std::vector<int> groups;    // free, in both reads: groups, channels of a depthwise convolution
  std::vector<int> rows;      // free, in the image's read only: batch, pixels
  std::vector<int> columns;   // free, in the weights' read only: output channels
  // One spatial dimension: row * stride + term * dilation + offset, and groups that move it.
  struct Window {
    int row = -1, term = -1; // indices
    int axis = 0;            // of the image
    int64_t stride = 1, dilation = 1, offset = 0;
  };
  std::vector<Window> windows;
  std::vector<int> channels; // reduced indices of no window
};

// The equation as a contraction; none where it is something else. Of the two factors the weights
// are the one that is read plainly, index by index; the second where both are.
std::optional<Contraction> contraction_of(const Definition& definition, int equation);

// A definition that is one contraction, and besides only equations that read its result (and other
// tensors) element by element.
std::optional<Contraction> contraction_with_epilogue(const Definition& definition);

// A contraction with epilogue, in f32 throughout, of two operands of the definition, with more than
// one term, whose weights are read nowhere else: what packs its weights can compute it.
std::optional<Contraction> packable_contraction(const Definition& definition);

// The reads that the two factors are.
struct Factors {
  const Node* image = nullptr;
  const Node* weights = nullptr;
};
Factors factors_of(const Definition& definition, const Contraction& contraction);

} // namespace fovea::kernels
