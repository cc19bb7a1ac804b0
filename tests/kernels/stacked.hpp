#pragma once
#include <fovea/definition/definition.hpp>

namespace fovea::kernel_test {

// `next`, which reads `first`'s result, with all its other operands behind those of `first`.
inline Definition stacked(const Definition& first, const Definition& next) {
  std::vector<Operand> operands = first.operands;
  Stage before{first, {}}, after{next, {{-1, 0, 0}}};
  for (int k = 0; k < static_cast<int>(first.operands.size()); ++k)
    before.sources.push_back({k, -1, 0});
  for (size_t k = 1; k < next.operands.size(); ++k) {
    after.sources.push_back({static_cast<int>(operands.size()), -1, 0});
    operands.push_back(next.operands[k]);
  }
  return compose(first.name + "_" + next.name, operands, {before, after}, {{1, 0}});
}

} // namespace fovea::kernel_test
