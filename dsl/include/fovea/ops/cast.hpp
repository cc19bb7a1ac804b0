#pragma once
#include <fovea/op/pointwise.hpp>

namespace fovea {
namespace ops {

// The same number in another type: floats to integers towards zero, at most the type's limits
// and 0 of NaN; integers to integers wrap; to bool: whether it is not 0.
struct Cast : UnaryOp<Cast> {
  static constexpr const char* name = "cast";

  DType dtype = DType::f32;

  template <class Self, class V>
  static constexpr void fields(Self& self, V&& visit) {
    visit("dtype", self.dtype);
  }
  constexpr Inferred infer(const Types& operands) const {
    const Inferred inferred = UnaryOp::infer(operands);
    if (!inferred.ok())
      return inferred;
    const TensorType result{dtype, operands[0].shape};
    if (const ShapeError error = check_result(result); error.what)
      return error;
    return result;
  }
  template <class S>
  auto scalar(const S& x) const {
    return fovea::cast(x, dtype);
  }
};

} // namespace ops

constexpr Layer<ops::Cast> cast(Located<DType> dtype) {
  ops::Cast op;
  op.dtype = dtype.value;
  return {op, dtype.location};
}
inline Tensor<> cast(const Tensor<>& x, DType dtype,
                     SourceLocation location = SourceLocation::current()) {
  return cast({dtype, location})(x);
}

} // namespace fovea
