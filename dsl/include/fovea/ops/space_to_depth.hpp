#pragma once
#include <fovea/op/movement.hpp>

namespace fovea {
namespace ops {

// Pixels become channels: a block of block^2 pixels is one pixel whose channels are those of its
// pixels, one after the other. In two spatial dimensions, with c = (p*block + q)*channels + k,
//   Z(n,c,y,x) = X(n, k, y*block + p, x*block + q)
// The opposite of depth_to_space in the order DCR.
struct SpaceToDepth : OpBase<SpaceToDepth> {
  static constexpr const char* name = "space_to_depth";
  static constexpr int inputs = 1;

  int64_t block = 2;

  template <class Self, class V>
  static constexpr void fields(Self& self, V&& visit) {
    visit("block", self.block);
  }

  constexpr Inferred infer(const Types& operands) const {
    TensorType z = operands[0];
    if (const ShapeError error = check_operand(z, 3, max_rank); error.what)
      return error;
    if (block < 1 || block > 65536)
      return ShapeError{"the block size is none", "1 to 65536", "{0}", "", {Shape{block}}};
    for (int d = 2; d < z.shape.rank(); ++d) {
      if (z.shape[d] % block != 0)
        return ShapeError{"the input {in} is no whole number of blocks of {0} in each dimension",
                          "spatial extents that are multiples of {0}",
                          "{1}",
                          "",
                          {Shape{block}, z.shape.slice(2, z.shape.rank())}};
      z.shape[d] /= block;
      z.shape[1] *= block; // as many elements as before: no overflow
    }
    return z;
  }

  Definition definition(const Types& operands) const {
    const Shape& x = operands[0].shape;
    const int rank = x.rank();
    std::vector<IndexExpr> places(static_cast<size_t>(rank));
    places[0] = result_index(0);
    places[1] = mod(result_index(1), x[1]);
    int64_t stride = x[1];
    for (int d = rank - 1; d >= 2; --d, stride *= block) {
      const IndexExpr digits = floor_div(result_index(1), stride);
      places[static_cast<size_t>(d)] =
          result_index(d) * block + (d == 2 ? digits : mod(digits, block));
    }
    return moved(name, operands[0], infer(operands).results[0].shape, places);
  }
};

} // namespace ops

constexpr Layer<ops::SpaceToDepth> space_to_depth(Located<int64_t> block) {
  ops::SpaceToDepth op;
  op.block = block.value;
  return {op, block.location};
}

} // namespace fovea
