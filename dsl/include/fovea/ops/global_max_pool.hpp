#pragma once
#include <fovea/op/global_pool.hpp>

namespace fovea {
namespace ops {

// The largest element of each channel's map; NaN where one is: Z(b,c,0) = max(m) X(b,c,m).
struct GlobalMaxPool : GlobalPoolOp<GlobalMaxPool> {
  static constexpr const char* name = "global_max_pool";
  StatementPtr equation(const GlobalWindow& W) const {
    return Z(W.b, W.c, W.one) = max(W.m)(W.x());
  }
};

} // namespace ops

constexpr Map global_max_pool(Map) {
  return map_of<ops::GlobalMaxPool>();
}

} // namespace fovea
