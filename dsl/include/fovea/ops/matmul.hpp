#pragma once
#include <fovea/op/pointwise.hpp>

namespace fovea {
namespace ops {

// Matrix products (numpy's matmul): Z(a,i,j) = sum(k) A(a,i,k) * B(a,k,j). Leading dimensions
// broadcast; an operand of one dimension is a row on the left and a column on the right, and gives
// no dimension to the result. Integers wrap.
struct Matmul : OpBase<Matmul> {
  static constexpr const char* name = "matmul";
  static constexpr int inputs = 2;

  constexpr Inferred infer(const Types& operands) const {
    const TensorType &a = operands[0], &b = operands[1];
    for (const TensorType* type : {&a, &b})
      if (const ShapeError error = check_operand(*type, 1, max_rank); error.what)
        return error;
    if (a.dtype != b.dtype)
      return ShapeError{"the operands have different element types", "equal types", "", "", {}};
    if (a.dtype == DType::boolean)
      return ShapeError{"its elements are no numbers", "integers or floats", "booleans", "", {}};
    const int64_t terms = a.shape[a.shape.rank() - 1];
    const int64_t rows = b.shape[b.shape.rank() > 1 ? b.shape.rank() - 2 : 0];
    if (terms != rows)
      return ShapeError{"the matrices {0} and {1} do not fit",
                        "{2} rows on the right",
                        "{3}",
                        "",
                        {a.shape, b.shape, Shape{terms}, Shape{rows}}};
    const Inferred batch = broadcast({a.dtype, leading(a.shape)}, {b.dtype, leading(b.shape)});
    if (!batch.ok())
      return batch;
    TensorType result = batch.results[0];
    if (a.shape.rank() > 1)
      result.shape.push_back(a.shape[a.shape.rank() - 2]);
    if (b.shape.rank() > 1)
      result.shape.push_back(b.shape[b.shape.rank() - 1]);
    if (const ShapeError error = check_result(result); error.what)
      return error;
    return result;
  }

  Definition definition(const Types& operands) const;

 private:
  // The dimensions before a matrix.
  static constexpr Shape leading(const Shape& shape) {
    return shape.slice(0, shape.rank() > 2 ? shape.rank() - 2 : 0);
  }
};

} // namespace ops

inline Tensor<> matmul(const Tensor<>& a, const Tensor<>& b,
                       SourceLocation location = SourceLocation::current()) {
  return apply(ops::Matmul{}, {a, b}, location);
}

} // namespace fovea
