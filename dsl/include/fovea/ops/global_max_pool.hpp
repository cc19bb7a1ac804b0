#pragma once
#include <fovea/op/global_pool.hpp>

namespace fovea {
namespace ops {

// The largest element of each channel's map; NaN where one is: Z(b,c,0) = max(m) X(b,c,m).
struct GlobalMaxPool : GlobalPoolOp<GlobalMaxPool> {
  static constexpr const char* name = "global_max_pool";
  Definition definition(const Types& operands) const;
};

} // namespace ops

constexpr Map global_max_pool(Map) {
  return map_of<ops::GlobalMaxPool>();
}

} // namespace fovea
