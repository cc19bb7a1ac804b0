#pragma once
#include <fovea/blocks/block.hpp>

namespace fovea {
namespace ops {

// Local response normalisation (Krizhevsky, Sutskever, Hinton, ImageNet classification with deep
// convolutional neural networks, 2012, section 3.3), across `size` neighbouring channels:
//   Z(b,c,j) = X(b,c,j) / (bias + alpha/size * sum(n) X(b, c + n - (size-1)/2, j)^2)^beta
// with zeros beyond the channels; an even size has one channel more behind.
struct Lrn : OpBase<Lrn> {
  static constexpr const char* name = "lrn";
  static constexpr int inputs = 1;

  int64_t size = 5;
  double alpha = 1e-4, beta = 0.75, bias = 1;

  template <class Self, class V>
  static constexpr void fields(Self& self, V&& visit) {
    visit("size", self.size);
    visit("alpha", self.alpha);
    visit("beta", self.beta);
    visit("bias", self.bias);
  }

  constexpr Inferred infer(const Types& operands) const {
    const TensorType& x = operands[0];
    if (const ShapeError error = check_operand(x, 2, max_rank); error.what)
      return error;
    if (const ShapeError error = check_float(x); error.what)
      return error;
    if (size < 1 || size > 2147483647)
      return ShapeError{
          "the number of channels is below 1", "1 to 2147483647", "{0}", "", {Shape{size}}};
    return x;
  }

  Definition definition(const Types& operands) const;
};

} // namespace ops

// What is not the size has AlexNet's and ONNX's usual values.
struct LrnOptions {
  double alpha = 1e-4, beta = 0.75, bias = 1;
};
// lrn(5), lrn(5, {.alpha = 2e-5, .bias = 2}).
constexpr Layer<ops::Lrn> lrn(Located<int64_t> size, const LrnOptions& options = {}) {
  ops::Lrn op;
  op.size = size.value;
  op.alpha = options.alpha;
  op.beta = options.beta;
  op.bias = options.bias;
  return {op, size.location};
}

} // namespace fovea
