#pragma once
#include <fovea/equation/statement.hpp>
#include <fovea/op/axis.hpp>
#include <fovea/op/op.hpp>

#include <limits>

// What the ops that read at indices from another tensor share.
namespace fovea::ops {

// Operands: any data, and integers of `min_rank` or more dimensions that say where to read.
constexpr ShapeError check_gather(const Types& operands, int min_rank) {
  if (operands.size() != 2)
    return {"it has the wrong number of operands", "data and indices", "", "", {}};
  if (const ShapeError error = check_operand(operands[0], 1, max_rank); error.what)
    return error;
  if (const ShapeError error = check_operand(operands[1], min_rank, max_rank); error.what)
    return error;
  if (!is_integer(operands[1].dtype))
    return {"its indices are no integers", "an integer type", "", "", {}};
  return {};
}

// The place in a dimension of `extent` elements that an index means: a negative one counts from the
// end.
template <class S>
Scalar<S> from_end(const Scalar<S>& index, int64_t extent) {
  const bool wide = index.expr->type == DType::i64 || extent > std::numeric_limits<int32_t>::max();
  const Scalar<S> place = cast(index, wide ? DType::i64 : DType::i32);
  return select(place < 0, place + static_cast<double>(extent), place);
}

} // namespace fovea::ops
