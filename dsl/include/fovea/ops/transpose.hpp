#pragma once
#include <fovea/op/movement.hpp>

namespace fovea {
namespace ops {

// Dimension d of the result is dimension permutation[d] of the input; without a permutation the
// order is reversed. Z(i) = X(j), j(permutation[d]) = i(d).
struct Transpose : OpBase<Transpose> {
  static constexpr const char* name = "transpose";
  static constexpr int inputs = 1;

  Shape permutation{};

  template <class Self, class V>
  static constexpr void fields(Self& self, V&& visit) {
    visit("permutation", self.permutation);
  }

  constexpr int source(int d, int rank) const {
    return permutation.empty() ? rank - 1 - d : static_cast<int>(permutation[d]);
  }

  constexpr Inferred infer(const Types& operands) const {
    const TensorType& x = operands[0];
    if (const ShapeError error = check_operand(x, 0, max_rank); error.what)
      return error;
    const int rank = x.shape.rank();
    const ShapeError none{"the permutation {0} does not fit the input {in}",
                          "each of 0 to {1} once",
                          "",
                          "",
                          {permutation, Shape{rank - 1}}};
    if (permutation.too_long() || (!permutation.empty() && permutation.rank() != rank))
      return none;
    for (int d = 0; d < permutation.rank(); ++d) {
      if (permutation[d] < 0 || permutation[d] >= rank)
        return none;
      for (int other = 0; other < d; ++other)
        if (permutation[other] == permutation[d])
          return none;
    }
    Shape z = Shape::filled(rank, 0);
    for (int d = 0; d < rank; ++d)
      z[d] = x.shape[source(d, rank)];
    return TensorType{x.dtype, z};
  }

  Definition definition(const Types& operands) const {
    const Shape z = infer(operands).results[0].shape;
    std::vector<IndexExpr> places(static_cast<size_t>(z.rank()));
    for (int d = 0; d < z.rank(); ++d)
      places[static_cast<size_t>(source(d, z.rank()))] = result_index(d);
    return moved(name, operands[0], z, places);
  }
};

} // namespace ops

// The dimensions in the opposite order: `matrix | transpose`.
constexpr Map transpose(Map) {
  return map_of<ops::Transpose>();
}
// image | transpose({0, 2, 3, 1}): channels last.
constexpr Layer<ops::Transpose> transpose(const Shape& permutation,
                                          SourceLocation location = SourceLocation::current()) {
  ops::Transpose op;
  op.permutation = permutation;
  return {op, location};
}

} // namespace fovea
