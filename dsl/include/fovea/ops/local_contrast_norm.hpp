#pragma once
#include <fovea/blocks/block.hpp>

namespace fovea {
namespace ops {

// Local contrast normalisation (Jarrett, Kavukcuoglu, Ranzato, LeCun, What is the best multi-stage
// architecture for object recognition?, 2009, section 2): what is around an element, in all
// channels, is subtracted from it, and divides it.
//   V(b,c,j) = X(b,c,j) - sum(n,m) w(n,m) X(b, n, j+m)
//   S(b,j) = sqrt(sum(n,m) w(n,m) V(b, n, j+m)^2)
//   Z(b,c,j) = V(b,c,j) / max(S(b,j), mean(j) S(b,j), epsilon)
// w is a Gaussian of `sigma` elements over windows of `size` elements in each spatial dimension,
// the same for all channels, and sums to 1 over the elements inside X: a window that overlaps an
// edge has the greater weights for it. Where X is constant, the result is 0.
struct LocalContrastNorm : OpBase<LocalContrastNorm> {
  static constexpr const char* name = "local_contrast_norm";
  static constexpr int inputs = 1;

  int64_t size = 9;
  double sigma = 2.25;
  double epsilon = 1e-4;

  template <class Self, class V>
  static constexpr void fields(Self& self, V&& visit) {
    visit("size", self.size);
    visit("sigma", self.sigma);
    visit("epsilon", self.epsilon);
  }

  constexpr Inferred infer(const Types& operands) const {
    const TensorType& x = operands[0];
    if (const ShapeError error = check_operand(x, 3, 5); error.what)
      return error;
    if (const ShapeError error = check_float(x); error.what)
      return error;
    if (size < 1 || size % 2 == 0 || size > 65535)
      return ShapeError{
          "the window has no middle", "an odd size, 1 to 65535", "{0}", "", {Shape{size}}};
    if (!(sigma > 0))
      return ShapeError{"the Gaussian has no width", "sigma > 0", "", "", {}};
    if (!(epsilon > 0))
      return ShapeError{"epsilon is not above 0", "epsilon > 0", "", "", {}};
    return x;
  }

  Definition definition(const Types& operands) const;
};

} // namespace ops

// What is not the size: the width of the Gaussian in elements (the size's quarter unless given) and
// what a divisor is at least.
struct LocalContrastOptions {
  double sigma = 0;
  double epsilon = 1e-4;
};
// local_contrast_norm(9), local_contrast_norm(7, {.sigma = 1.5}).
constexpr Layer<ops::LocalContrastNorm>
local_contrast_norm(Located<int64_t> size, const LocalContrastOptions& options = {}) {
  ops::LocalContrastNorm op;
  op.size = size.value;
  op.sigma = options.sigma == 0 ? static_cast<double>(size.value) / 4 : options.sigma;
  op.epsilon = options.epsilon;
  return {op, size.location};
}

} // namespace fovea
