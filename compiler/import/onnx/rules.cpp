#include "compiler/import/onnx/rules.hpp"

#include <unordered_map>

namespace fovea::import {

const Rule* find_rule(const std::string& op, int opset) {
  static const std::unordered_multimap<std::string, const Rule*> rules = [] {
    std::unordered_multimap<std::string, const Rule*> all;
    for (const std::span<const Rule> kind :
         {convolution_rules(), movement_rules(), pointwise_rules(), reduction_rules(),
          resize_rules(), structure_rules()})
      for (const Rule& rule : kind)
        all.emplace(rule.op, &rule);
    return all;
  }();
  const Rule* best = nullptr;
  const auto [begin, end] = rules.equal_range(op);
  for (auto rule = begin; rule != end; ++rule)
    if (rule->second->since <= opset && (!best || rule->second->since > best->since))
      best = rule->second;
  return best && best->apply ? best : nullptr;
}

} // namespace fovea::import
