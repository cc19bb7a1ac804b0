#pragma once
#include <fovea/op/movement.hpp>

namespace fovea {
namespace ops {

// The input repeats[d] times side by side in each dimension: Z(i) = X(i mod extent).
struct Tile : OpBase<Tile> {
  static constexpr const char* name = "tile";
  static constexpr int inputs = 1;

  Shape repeats{}; // one per dimension, >= 1; empty: 1

  template <class Self, class V>
  static constexpr void fields(Self& self, V&& visit) {
    visit("repeats", self.repeats);
  }

  constexpr Inferred infer(const Types& operands) const {
    TensorType z = operands[0];
    if (const ShapeError error = check_operand(z, 0, max_rank); error.what)
      return error;
    if (const ShapeError error =
            check_per_dimension(repeats, z, "the list of repeats does not fit the input {in}");
        error.what)
      return error;
    for (int d = 0; d < z.shape.rank(); ++d) {
      const int64_t times = per_dimension(repeats, d, 1);
      if (times < 1)
        return ShapeError{"tile makes an empty result", "repeats >= 1", "{0}", "", {repeats}};
      if (__builtin_mul_overflow(z.shape[d], times, &z.shape[d]))
        return ShapeError{
            "the result is too large", "a size in bytes below 2^63", "repeats {0}", "", {repeats}};
    }
    if (const ShapeError error = check_result(z); error.what)
      return error;
    return z;
  }

  Definition definition(const Types& operands) const {
    const Shape& x = operands[0].shape;
    std::vector<IndexExpr> places;
    for (int d = 0; d < x.rank(); ++d)
      places.push_back(per_dimension(repeats, d, 1) == 1 ? result_index(d)
                                                         : mod(result_index(d), x[d]));
    return moved(name, operands[0], infer(operands).results[0].shape, places);
  }
};

} // namespace ops

// x | tile({1, 2, 2})
constexpr Layer<ops::Tile> tile(const Shape& repeats,
                                SourceLocation location = SourceLocation::current()) {
  ops::Tile op;
  op.repeats = repeats;
  return {op, location};
}

} // namespace fovea
