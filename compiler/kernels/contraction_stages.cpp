#include "compiler/kernels/contraction_stages.hpp"

#include <algorithm>

namespace fovea::kernels {
namespace {

bool reads(const Definition& stages, int e, int producer) {
  bool found = false;
  for_each_node(stages.equations[static_cast<size_t>(e)].body, [&](const Node& node) {
    found |= node.kind == Node::Kind::read && node.tensor == stages.tensor_of_equation(producer);
  });
  return found;
}

// The last of the equations after the sum that keep its dimensions in order.
int last_with_elements(const Definition& stages, int sum) {
  int last = sum;
  const std::vector<IndexRange>& own = stages.equations[static_cast<size_t>(sum)].free;
  for (int e = sum + 1; e < static_cast<int>(stages.equations.size()); ++e) {
    const std::vector<IndexRange>& free = stages.equations[static_cast<size_t>(e)].free;
    const bool same =
        std::equal(own.begin(), own.end(), free.begin(), free.end(),
                   [](const IndexRange& a, const IndexRange& b) { return a.extent == b.extent; });
    if (same && reads(stages, e, last))
      last = e;
  }
  return last;
}

} // namespace

ContractionStages::ContractionStages(const Definition& stages)
    : stages(stages), root(stages.results[0]) {
  for (int e = 0; e < static_cast<int>(stages.equations.size()); ++e)
    if (const auto found = contraction_of(stages, e)) {
      sum = e;
      contraction = *found;
    }
  host = last_with_elements(stages, sum);
}

bool ContractionStages::feeds_sum(int e) const {
  return e < sum && reads(stages, sum, e);
}

std::vector<int> ContractionStages::outer_rows() const {
  std::vector<int> result = contraction.groups;
  result.insert(result.end(), contraction.rows.begin(), contraction.rows.end());
  std::sort(result.begin(), result.end());
  std::erase_if(result, [&](int k) { return k == row(1) || k == row(2); });
  return result;
}

int ContractionStages::row(int from_end) const {
  const std::vector<int>& rows = contraction.rows;
  const int count = static_cast<int>(rows.size());
  return count >= from_end ? rows[static_cast<size_t>(count - from_end)] : -1;
}

int ContractionStages::columns() const {
  for (const int column : contraction.columns)
    if (column != vector())
      return column;
  return -1;
}

} // namespace fovea::kernels
