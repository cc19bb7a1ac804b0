#pragma once
#include <fovea/blocks/block.hpp>
#include <fovea/op/axis.hpp>

namespace fovea {
namespace ops {

// Maxout (Goodfellow et al., arXiv 1302.4389): of every `pieces` neighbours along `axis` (negative:
// from the end) the largest, NaN where one is. Of extent n there remain n / pieces.
//   Z(a,c,d) = max(k) X(a, c*pieces + k, d)
struct Maxout : OpBase<Maxout> {
  static constexpr const char* name = "maxout";
  static constexpr int inputs = 1;

  int64_t pieces = 2;
  int64_t axis = 1;

  template <class Self, class V>
  static constexpr void fields(Self& self, V&& visit) {
    visit("pieces", self.pieces);
    visit("axis", self.axis);
  }

  constexpr Inferred infer(const Types& operands) const {
    TensorType z = operands[0];
    if (const ShapeError error = check_operand(z, 1, max_rank); error.what)
      return error;
    if (const ShapeError error = check_axis(axis, z.shape.rank()); error.what)
      return error;
    int64_t& extent = z.shape[dimension_of(axis, z.shape.rank())];
    if (pieces < 1 || extent % pieces != 0)
      return ShapeError{"the extent {0} does not fall into groups of pieces",
                        "pieces that divide {0}",
                        "{1}",
                        "",
                        {Shape{extent}, Shape{pieces}}};
    extent /= pieces;
    return z;
  }

  Definition definition(const Types& operands) const;
};

} // namespace ops

// The largest of each `pieces` channels, or of neighbours along another axis:
// conv(64, 3) | maxout(2), dense(240) | maxout(5, -1).
constexpr Layer<ops::Maxout> maxout(Located<int64_t> pieces, int64_t axis = 1) {
  ops::Maxout op;
  op.pieces = pieces.value;
  op.axis = axis;
  return {op, pieces.location};
}

} // namespace fovea
