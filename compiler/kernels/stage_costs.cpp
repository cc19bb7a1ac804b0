#include "compiler/kernels/stage_costs.hpp"

#include "compiler/kernels/access.hpp"
#include "compiler/kernels/indices.hpp"
#include "compiler/kernels/interleave.hpp"
#include "compiler/kernels/tile.hpp"

#include <algorithm>

namespace fovea::kernels {
namespace {

constexpr double vector_operations = 2.5e9; // a second and core: simple ones, per register
constexpr double bytes_per_second = 10e9;   // a core, from memory
constexpr double cycles_of_gathering = 0.6; // an element that does not stand beside the one before

} // namespace

double StageCosts::cycles_of(size_t root) const {
  const auto lanes = [&](const Equation& own) {
    return static_cast<double>(std::max(target_.lanes(narrow_.lane_bytes(own)), 1));
  };
  const Equation& own = equation(root);
  const bool wide = !own.free.empty() && own.free.back().extent > 1;
  double cycles = static_cast<double>(element_count(own)) * (placement_.weights[root] + 1) / 2 /
                  (wide ? lanes(own) : 1);
  for (const size_t e : placement_.hosted_by(root)) {
    const Equation& sum = equation(e);
    const Tile tile = choose_tile(stages_, sum, target_, narrow_);
    const double terms =
        static_cast<double>(evaluation_count(sum)) / static_cast<double>(tile.lanes);
    // A multiply-add and its two reads are one operation; a maximum that keeps NaN is three.
    const bool extreme = sum.reduction == ReduceKind::max || sum.reduction == ReduceKind::min;
    cycles += terms * tile.cycles * std::max(1.0, placement_.weights[e] - 2) * (extreme ? 3 : 1);
    if (tile.dot >= 0)
      cycles += static_cast<double>(element_count(sum)) * cycles_of_folding;
  }
  return cycles;
}

double StageCosts::cycles_of_gathers(size_t e) const {
  const Equation& own = equation(e);
  double gathered = 0;
  if (!own.free.empty())
    for (const std::vector<Stride>& read : strides_of(stages_, own)) {
      const Stride& last = read[own.free.size() - 1];
      gathered += last.regular && last.elements <= 1 ? 0 : 1;
    }
  return gathered * static_cast<double>(element_count(own)) * cycles_of_gathering;
}

double StageCosts::seconds_of(size_t root) const {
  double operations =
      static_cast<double>(element_count(equation(root))) * (placement_.weights[root] + 1);
  double bytes =
      static_cast<double>(element_count(equation(root)) * narrow_.element_bytes(equation(root)));
  for (const size_t e : placement_.hosted_by(root))
    operations += static_cast<double>(evaluation_count(equation(e))) *
                  std::max(1.0, placement_.weights[e] - 2);
  for_each_node(equation(root).body, [&](const Node& node) {
    if (node.kind == Node::Kind::read)
      bytes += static_cast<double>(std::max<int64_t>(stages_.type_of(node.tensor).bytes(), 0));
  });
  const double lanes = target_.lanes(narrow_.lane_bytes(equation(root)));
  return std::max(operations / lanes / vector_operations, bytes / bytes_per_second);
}

} // namespace fovea::kernels
