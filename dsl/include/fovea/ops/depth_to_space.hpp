#pragma once
#include <fovea/op/movement.hpp>

namespace fovea {

// Which part of a channel's number is the place in the block: the outer one ("DCR": depth, column,
// row) or the inner one ("CRD": column, row, depth).
enum class DepthOrder : uint8_t { dcr, crd };

constexpr std::string_view name_of(DepthOrder order) {
  return order == DepthOrder::dcr ? "DCR" : "CRD";
}
constexpr bool parse(std::string_view name, DepthOrder& order) {
  order = name == "CRD" ? DepthOrder::crd : DepthOrder::dcr;
  return name == name_of(order);
}

namespace ops {

// Channels become pixels: each pixel's channels are cut into blocks of block^2 pixels.
//   Z(n,c,y,x) = X(n, (y mod block, x mod block, c), y / block, x / block)
// in any number of spatial dimensions; CRD has the channel in front of the place in the block.
struct DepthToSpace : OpBase<DepthToSpace> {
  static constexpr const char* name = "depth_to_space";
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
      if (z.shape[1] % block != 0)
        return ShapeError{"the channels of the input {in} are no blocks of {0} in each dimension",
                          "a multiple of {0}^{1} channels",
                          "{2}",
                          "",
                          {Shape{block}, Shape{z.shape.rank() - 2}, Shape{operands[0].shape[1]}}};
      z.shape[1] /= block;
      if (__builtin_mul_overflow(z.shape[d], block, &z.shape[d]))
        return ShapeError{"the result is too large",
                          "a size in bytes below 2^63",
                          "block {0}",
                          "",
                          {Shape{block}}};
    }
    return z;
  }

  Definition definition(const Types& operands) const {
    const Shape z = infer(operands).results[0].shape;
    const bool inner = order == DepthOrder::crd; // the place in the block
    IndexExpr channel = inner ? IndexExpr{} : result_index(1);
    int64_t stride = inner ? 1 : z[1];
    for (int d = z.rank() - 1; d >= 2; --d, stride *= block)
      channel = channel + mod(result_index(d), block) * stride;
    if (inner)
      channel = channel + result_index(1) * stride;
    std::vector<IndexExpr> places{result_index(0), channel};
    for (int d = 2; d < z.rank(); ++d)
      places.push_back(floor_div(result_index(d), block));
    return moved(name, operands[0], z, places);
  }
};

} // namespace ops

constexpr Layer<ops::DepthToSpace> depth_to_space(Located<int64_t> block,
                                                  DepthOrder order = DepthOrder::dcr) {
  ops::DepthToSpace op;
  op.block = block.value;
  op.order = order;
  return {op, block.location};
}

} // namespace fovea
