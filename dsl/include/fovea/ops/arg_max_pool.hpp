#pragma once
#include <fovea/op/pool.hpp>

namespace fovea {
namespace ops {

// Where in X the largest element of each window stands, which max_pool gives: its number among all
// elements in row-major order, i64; the first of equal ones, the first NaN where there is one. With
// `column_major` the spatial dimensions are counted the other way, the first one fastest (ONNX's
// storage_order). Padding never wins.
struct ArgMaxPool : PoolOp<ArgMaxPool> {
  static constexpr const char* name = "arg_max_pool";

  bool column_major = false;

  template <class Self, class V>
  static constexpr void fields(Self& self, V&& visit) {
    PoolOp::fields(self, visit);
    visit("column_major", self.column_major);
  }
  constexpr Inferred infer(const Types& operands) const {
    Inferred inferred = PoolOp::infer(operands);
    if (inferred.ok())
      inferred.results[0].dtype = DType::i64;
    return inferred;
  }

  Definition definition(const Types& operands) const;
};

} // namespace ops

// arg_max_pool(2), arg_max_pool(3, stride(2), pad(1)): as max_pool.
template <class... Options>
constexpr Layer<ops::ArgMaxPool> arg_max_pool(Located<Extents> kernel, const Options&... options) {
  return detail::pool<ops::ArgMaxPool>(kernel, options...);
}

} // namespace fovea
