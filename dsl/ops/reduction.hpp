#pragma once
#include <fovea/equation/statement.hpp>
#include <fovea/op/reduction.hpp>

namespace fovea::ops {

// The indices of a reduction of X: `i` of the result, `r` of what goes; `place` is where X is read.
struct Reduction {
  TensorType type; // of X
  IndexPack<'i'> i;
  IndexPack<'r'> r;
  PackValue<Letters<'i', 'r'>> place{};

  Reduction(const ReducedAxes& axes, const TensorType& x)
      : type(x), i(axes.reduced_shape(x.shape)), r(reduced_extents(axes, x.shape)) {
    const int rank = x.shape.rank();
    for (int d = 0, kept = 0, gone = 0; d < rank; ++d) {
      const bool goes = axes.reduces(d, rank);
      place.exprs.push_back(goes ? r[gone++].expr : i[kept].expr);
      kept += !goes || axes.keep_dims;
    }
  }
  auto x() const { return Tensor<any_rank>(0, "X", type)(place); }
  Definition bound(const char* name, const StatementPtr& result) const {
    return bind(name, {{"X", type}}, {result});
  }

 private:
  static Shape reduced_extents(const ReducedAxes& axes, const Shape& x) {
    Shape extents;
    for (int d = 0; d < x.rank(); ++d)
      if (axes.reduces(d, x.rank()))
        extents.push_back(x[d]);
    return extents;
  }
};

} // namespace fovea::ops
