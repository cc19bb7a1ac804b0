#pragma once
#include <fovea/op/global_pool.hpp>

namespace fovea {
namespace ops {

// The mean of each channel's map: Z(b,c,0) = sum(m) X(b,c,m) / n.
struct GlobalAvgPool : GlobalPoolOp<GlobalAvgPool> {
  static constexpr const char* name = "global_avg_pool";
  static constexpr bool floats_only = true; // as in ONNX
  Definition definition(const Types& operands) const;
};

} // namespace ops

constexpr Map global_avg_pool(Map) {
  return map_of<ops::GlobalAvgPool>();
}

} // namespace fovea
