#pragma once
#include <fovea/ops/depth_to_space.hpp>

namespace fovea {
namespace ops {

// Pixels become channels, the opposite of depth_to_space: each block of block^2 pixels is one then.
//   Z(n,c,y,x) = X(n, k, y*block + p, x*block + q)
// with c = (p*block + q)*channels + k, or with k*block^2 + p*block + q in the order CRD.
struct SpaceToDepth : OpBase<SpaceToDepth> {
  static constexpr const char* name = "space_to_depth";
  static constexpr int inputs = 1;

  int64_t block = 2;
  DepthOrder order = DepthOrder::dcr;

  template <class Self, class V>
  static constexpr void fields(Self& self, V&& visit) {
    visit("block", self.block);
    visit("order", self.order);
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
    int64_t pixels = 1; // of a block
    for (int d = 2; d < rank; ++d)
      pixels *= block;
    const bool inner = order == DepthOrder::crd; // the place in the block
    const IndexExpr channel = result_index(1);
    places[1] = inner ? floor_div(channel, pixels) : mod(channel, x[1]);
    const IndexExpr pixel = inner ? mod(channel, pixels) : floor_div(channel, x[1]);
    int64_t stride = 1;
    for (int d = rank - 1; d >= 2; --d, stride *= block) {
      const IndexExpr digits = floor_div(pixel, stride);
      places[static_cast<size_t>(d)] =
          result_index(d) * block + (d == 2 ? digits : mod(digits, block));
    }
    return moved(name, operands[0], infer(operands).results[0].shape, places);
  }
};

} // namespace ops

constexpr Layer<ops::SpaceToDepth> space_to_depth(Located<int64_t> block,
                                                  DepthOrder order = DepthOrder::dcr) {
  ops::SpaceToDepth op;
  op.block = block.value;
  op.order = order;
  return {op, block.location};
}

} // namespace fovea
