#pragma once
#include <fovea/op/normalisation.hpp>

namespace fovea {
namespace ops {

// Instance normalisation (Ulyanov, Vedaldi, Lempitsky, arXiv 1607.08022): each channel of each
// image by its own mean and variance; weight and bias per channel.
struct InstanceNorm : ChannelNormOp<InstanceNorm> {
  static constexpr const char* name = "instance_norm";

  template <class Self, class V>
  static constexpr void fields(Self& self, V&& visit) {
    visit("epsilon", self.epsilon);
  }
  Definition definition(const Types& operands) const {
    return normalised(name, operands, 1, epsilon);
  }
};

} // namespace ops

constexpr Map instance_norm(Map) {
  return map_of<ops::InstanceNorm>();
}
// With an epsilon of one's own.
constexpr Layer<ops::InstanceNorm> instance_norm(Located<double> epsilon) {
  ops::InstanceNorm op;
  op.epsilon = epsilon.value;
  return {op, epsilon.location};
}

} // namespace fovea
