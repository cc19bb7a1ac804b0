#pragma once
#include <fovea/op/movement.hpp>
#include <fovea/op/pointwise.hpp>

namespace fovea {
namespace ops {

// Broadcasts the input and `shape` against each other (aligned at the last dimension, 1 stretches),
// so an entry of 1 keeps the input's extent: ONNX Expand.
struct Expand : OpBase<Expand> {
  static constexpr const char* name = "expand";
  static constexpr int inputs = 1;

  Shape shape{};

  template <class Self, class V>
  static constexpr void fields(Self& self, V&& visit) {
    visit("shape", self.shape);
  }

  constexpr Inferred infer(const Types& operands) const {
    if (shape.too_long())
      return check_result({operands[0].dtype, shape});
    for (int64_t extent : shape)
      if (extent < 1)
        return ShapeError{"expand makes an empty result", "extents >= 1", "{0}", "", {shape}};
    return broadcast(operands[0], {operands[0].dtype, shape});
  }

  Definition definition(const Types& operands) const {
    const Shape& x = operands[0].shape;
    const Shape z = infer(operands).results[0].shape;
    std::vector<IndexExpr> places;
    for (int d = 0, in_front = z.rank() - x.rank(); d < x.rank(); ++d)
      places.push_back(x[d] == 1 ? IndexExpr{} : result_index(in_front + d));
    return moved(name, operands[0], z, places);
  }
};

} // namespace ops

// scale | expand({1, 64, 56, 56})
constexpr Layer<ops::Expand> expand(const Shape& shape,
                                    SourceLocation location = SourceLocation::current()) {
  ops::Expand op;
  op.shape = shape;
  return {op, location};
}

} // namespace fovea
