#pragma once
#include <fovea/op/pointwise.hpp>

namespace fovea {

// Of a general matrix product: factors of the product and of what is added, and which of the
// matrices stand transposed.
struct GemmOptions {
  double alpha = 1, beta = 1;
  bool trans_a = false, trans_b = false;
};

namespace ops {

// A general matrix product (BLAS gemm): Z(i,j) = alpha * sum(k) A(i,k) * B(k,j) + beta * C(i,j).
// With trans_a A is [k,i], with trans_b B is [j,k]. C, which may be missing, broadcasts to Z.
// Integers wrap and want integers as factors.
struct Gemm : OpBase<Gemm>, GemmOptions {
  static constexpr const char* name = "gemm";
  static constexpr int inputs = -1; // A, B, perhaps C

  constexpr Gemm() = default;
  constexpr explicit Gemm(const GemmOptions& options) : GemmOptions(options) {}

  template <class Self, class V>
  static constexpr void fields(Self& self, V&& visit) {
    visit("alpha", self.alpha);
    visit("beta", self.beta);
    visit("trans_a", self.trans_a);
    visit("trans_b", self.trans_b);
  }

  constexpr Inferred infer(const Types& operands) const {
    if (operands.size() < 2 || operands.size() > 3)
      return ShapeError{"the number of operands is wrong",
                        "2 or 3",
                        "{0}",
                        "",
                        {Shape{static_cast<int64_t>(operands.size())}}};
    const TensorType &a = operands[0], &b = operands[1];
    for (size_t k = 0; k < operands.size(); ++k) {
      if (const ShapeError error = check_operand(operands[k], k < 2 ? 2 : 0, 2); error.what)
        return error;
      if (operands[k].dtype != a.dtype)
        return ShapeError{"the operands have different element types", "equal types", "", "", {}};
    }
    if (a.dtype == DType::boolean)
      return ShapeError{"its elements are no numbers", "integers or floats", "booleans", "", {}};
    for (double factor : {alpha, beta})
      if (!is_float(a.dtype) && !is_integer(factor))
        return ShapeError{"its elements are integers, its factors not",
                          "alpha and beta that are integers below 2^31",
                          "",
                          "",
                          {}};
    const int64_t terms = a.shape[trans_a ? 0 : 1], rows = b.shape[trans_b ? 1 : 0];
    if (terms != rows)
      return ShapeError{"the matrices {0} and {1} do not fit",
                        "{2} terms on the right",
                        "{3}",
                        "",
                        {a.shape, b.shape, Shape{terms}, Shape{rows}}};
    const TensorType result{a.dtype, Shape{a.shape[trans_a ? 1 : 0], b.shape[trans_b ? 0 : 1]}};
    if (const ShapeError error = check_result(result); error.what)
      return error;
    if (operands.size() == 3) {
      const Inferred sum = broadcast(result, operands[2]);
      if (!sum.ok() || !(sum.results[0] == result))
        return ShapeError{"what is added does not broadcast to the product",
                          "{0}, or 1 for an extent",
                          "{1}",
                          "",
                          {result.shape, operands[2].shape}};
    }
    return result;
  }

  Definition definition(const Types& operands) const;

 private:
  static constexpr bool is_integer(double factor) {
    return factor > -2147483649.0 && factor < 2147483648.0 &&
           factor == static_cast<double>(static_cast<int64_t>(factor));
  }
};

} // namespace ops

// gemm(a, b), gemm(a, b, c, {.alpha = 0.5, .trans_b = true}).
inline Tensor<> gemm(const Tensor<>& a, const Tensor<>& b, const GemmOptions& options = {},
                     SourceLocation location = SourceLocation::current()) {
  return apply(ops::Gemm(options), {a, b}, location);
}
inline Tensor<> gemm(const Tensor<>& a, const Tensor<>& b, const Tensor<>& c,
                     const GemmOptions& options = {},
                     SourceLocation location = SourceLocation::current()) {
  return apply(ops::Gemm(options), {a, b, c}, location);
}

} // namespace fovea
