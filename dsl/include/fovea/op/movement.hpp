#pragma once
#include <fovea/blocks/block.hpp>
#include <fovea/equation/index.hpp>
#include <fovea/op/axis.hpp>

// What the ops that move elements share. Nothing is computed: each element of the result is one of
// the operand's, at a place that follows from the result's indices.
namespace fovea::ops {

// Index number `dimension` of the result.
inline IndexExpr result_index(int dimension) {
  return IndexExpr::of(index_symbol('i', dimension));
}

// Z(i) = X(places): a place per dimension of X, over `result_index`. Throws Error where one lies
// outside.
Definition moved(const char* name, const TensorType& x, const Shape& z,
                 const std::vector<IndexExpr>& places);

// Where the elements of a tensor of shape `z`, taken in row-major order, lie in one of shape `x`
// that has as many: a place per dimension of `x`. Runs of dimensions that hold equally many
// elements are apart from the others, so the expressions are as simple as the shapes allow.
std::vector<IndexExpr> row_major_places(const Shape& x, const Shape& z);

// A list that has an entry for each dimension of the input, or none at all.
constexpr ShapeError check_per_dimension(const Shape& list, const TensorType& x, const char* what) {
  if (!list.empty() && (list.too_long() || list.rank() != x.shape.rank()))
    return {what,
            "{0} entries, one per dimension",
            "{1}",
            "",
            {Shape{x.shape.rank()}, Shape{list.rank()}}};
  return {};
}
// Its entry for dimension `d`.
constexpr int64_t per_dimension(const Shape& list, int d, int64_t otherwise) {
  return list.empty() ? otherwise : list[d];
}

} // namespace fovea::ops
