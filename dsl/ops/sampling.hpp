#pragma once
#include <fovea/equation/statement.hpp>

#include <vector>

// Reads at computed places between elements.
namespace fovea::ops {

// An element number of type i32 from a float that is a whole number within a tensor, or just
// outside.
template <class S>
Expr element_number(const Scalar<S>& place) {
  return make_cast(place.expr, DType::i32);
}

// A place as far outside as anything that is not inside: where zeros stand outside, nothing changes
// beyond one element from the edge, and places stay in the range of integers.
template <class S>
Scalar<S> near(const Scalar<S>& place, int64_t extent) {
  return min(max(place, -1.0), static_cast<double>(extent));
}

// The value at `place`, one coordinate per dimension, linear between elements. `read(places)` reads
// at a pack of element numbers. Of type `type`, that of the coordinates.
template <class Read, class S>
auto interpolated(const std::vector<Scalar<S>>& place, DType type, const Read& read) {
  const size_t dimensions = place.size();
  decltype(read(ScalarPack<S>{})) total{nullptr};
  for (size_t corner = 0; corner < size_t{1} << dimensions; ++corner) {
    ScalarPack<S> at;
    Expr weight;
    for (size_t d = 0; d < dimensions; ++d) {
      const bool behind = corner >> (dimensions - 1 - d) & 1;
      const Scalar<S> below = floor(place[d]), fraction = place[d] - below;
      at.exprs.push_back(element_number(behind ? below + 1.0 : below));
      const Expr factor = behind ? fraction.expr : (1.0 - fraction).expr;
      weight = weight ? make_operation(ScalarOp::mul, {weight, factor}) : factor;
    }
    const Expr term = make_operation(ScalarOp::mul, {make_cast(read(at).expr, type), weight});
    total.expr = total.expr ? make_operation(ScalarOp::add, {total.expr, term}) : term;
  }
  return total;
}

} // namespace fovea::ops
