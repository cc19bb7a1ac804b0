#pragma once
#include <fovea/op/normalisation.hpp>

namespace fovea {
namespace ops {

// Group normalisation (Wu, He, arXiv 1803.08494): each image's mean and variance over a group of
// channels; weight and bias per channel.
struct GroupNorm : ChannelNormOp<GroupNorm> {
  static constexpr const char* name = "group_norm";

  int64_t groups = 1;

  template <class Self, class V>
  static constexpr void fields(Self& self, V&& visit) {
    visit("groups", self.groups);
    visit("epsilon", self.epsilon);
  }
  constexpr Inferred infer(const Types& operands) const {
    const Inferred inferred = ChannelNormOp::infer(operands);
    if (inferred.ok() && (groups < 1 || operands[0].shape[1] % groups != 0))
      return ShapeError{"{0} groups do not divide its {1} channels",
                        "groups that divide them",
                        "{0}",
                        "",
                        {Shape{groups}, Shape{operands[0].shape[1]}}};
    return inferred;
  }
  Definition definition(const Types& operands) const {
    return normalised(name, operands, operands[0].shape[1] / groups, epsilon);
  }
};

} // namespace ops

// group_norm(32), group_norm(32, 1e-6)
constexpr Layer<ops::GroupNorm> group_norm(Located<int64_t> groups, double epsilon = 1e-5) {
  ops::GroupNorm op;
  op.groups = groups.value;
  op.epsilon = epsilon;
  return {op, groups.location};
}

} // namespace fovea
