#pragma once
#include <fovea/blocks/block.hpp>
#include <fovea/equation/statement.hpp>
#include <fovea/op/axis.hpp>

namespace fovea {
namespace ops {

// exp(x) / sum exp(x) along `axis` (negative: from the end), shifted by the maximum so that it
// never overflows:  M = max(k) x(k);  E = exp(x - M);  Z = E / sum(k) E(k)
struct Softmax : OpBase<Softmax> {
  static constexpr const char* name = "softmax";
  static constexpr int inputs = 1;

  int64_t axis = -1;

  template <class Self, class V>
  static constexpr void fields(Self& self, V&& visit) {
    visit("axis", self.axis);
  }

  constexpr Inferred infer(const Types& operands) const {
    const TensorType& x = operands[0];
    if (const ShapeError error = check_operand(x, 1, max_rank); error.what)
      return error;
    if (const ShapeError error = check_float(x); error.what)
      return error;
    if (const ShapeError error = check_axis(axis, x.shape.rank()); error.what)
      return error;
    return x;
  }

  Definition definition(const Types& operands) const {
    const Shape& shape = operands[0].shape;
    const int place = dimension_of(axis, shape.rank());
    const Tensor<any_rank> x(0, "x", operands[0]);
    const IndexPack<'a'> a(shape.slice(0, place));
    const IndexPack<'d'> d(shape.slice(place + 1, shape.rank()));
    const Index<'c'> c;
    const Index<'k'> k;
    const auto M = let(M_(a, d) = max(k)(x(a, k, d)));
    const auto E = let(E_(a, c, d) = exp(x(a, c, d) - M(a, d)));
    return bind(name, {{"x", operands[0]}}, {Z(a, c, d) = E(a, c, d) / sum(k)(E(a, k, d))});
  }
};

} // namespace ops

constexpr Map softmax(Map) {
  return map_of<ops::Softmax>();
}
constexpr Layer<ops::Softmax> softmax(Located<int64_t> axis) {
  ops::Softmax op;
  op.axis = axis.value;
  return {op, axis.location};
}
inline Tensor<> softmax(const Tensor<>& x, SourceLocation location = SourceLocation::current()) {
  return apply(ops::Softmax{}, {x}, location);
}

} // namespace fovea
