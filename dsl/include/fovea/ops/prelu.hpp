#pragma once
#include <fovea/op/pointwise.hpp>

namespace fovea {
namespace ops {

// a, and a b below 0, where the slope b broadcasts to the shape of a: He et al., Delving deep
// into rectifiers, 2015.
struct Prelu : BinaryOp<Prelu> {
  static constexpr const char* name = "prelu";
  static constexpr Accepts accepts = Accepts::numbers;
  constexpr Inferred infer(const Types& operands) const {
    const Inferred inferred = BinaryOp::infer(operands);
    if (inferred.ok() && !(inferred.results[0] == operands[0]))
      return ShapeError{"the slope {0} is larger than the input {in}",
                        "a shape that broadcasts to the input's",
                        "{0}",
                        "",
                        {operands[1].shape}};
    return inferred;
  }
  template <class A, class B>
  static auto scalar(const A& a, const B& b) {
    return select(a < 0.0, a * b, a);
  }
};

} // namespace ops

inline Tensor<> prelu(const Tensor<>& x, const Tensor<>& slope,
                      SourceLocation location = SourceLocation::current()) {
  return apply(ops::Prelu{}, {x, slope}, location);
}

} // namespace fovea
