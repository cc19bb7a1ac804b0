#include "compiler/kernels/lowering.hpp"
#include "compiler/kernels/reads.hpp"

namespace fovea::kernels {
namespace {

std::vector<catalogue::ReadInfo> reads_of(const Definition& stages, const Equation& equation) {
  std::vector<catalogue::ReadInfo> reads;
  const int operands = static_cast<int>(stages.operands.size());
  const int free = static_cast<int>(equation.free.size());
  for_each_node(equation.body, [&](const Node& node) {
    if (node.kind != Node::Kind::read)
      return;
    const bool operand = node.tensor < operands;
    catalogue::ReadInfo read{
        operand ? stages.operands[static_cast<size_t>(node.tensor)].name
                : stages.equations[static_cast<size_t>(node.tensor - operands)].name,
        equation.reduction ? 1 : 0};
    read.operand = operand;
    if (operand)
      read.extents = stages.type_of(node.tensor).shape.to_vector();
    for (const Subscript& subscript : node.subscripts) {
      const int index = plain_index(subscript);
      read.own.push_back(index < free ? index : -1);
    }
    reads.push_back(std::move(read));
  });
  return reads;
}

} // namespace

std::vector<catalogue::StageInfo> stages_of(const Definition& stages, const NarrowStages& narrow) {
  std::vector<catalogue::StageInfo> result;
  for (const Equation& equation : stages.equations) {
    catalogue::StageInfo info;
    info.name = equation.name;
    info.element_bytes = narrow.element_bytes(equation);
    info.reads = reads_of(stages, equation);
    for (const IndexRange& range : equation.free)
      info.dimensions.push_back({range.name, range.extent, false});
    if (equation.reduction) {
      catalogue::UpdateInfo update{info.dimensions, !is_float(equation.type)};
      for (const IndexRange& range : equation.reduced)
        update.dimensions.push_back({range.name, range.extent, true});
      info.updates.push_back(std::move(update));
    }
    result.push_back(std::move(info));
  }
  for (const int r : stages.results)
    result[static_cast<size_t>(r)].result = true;
  return result;
}

} // namespace fovea::kernels
