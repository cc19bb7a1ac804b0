#pragma once
#include <fovea/catalogue/problem.hpp>

#include <algorithm>
#include <optional>

// Convolutions in groups, with the groups as a dimension of their own. From
//   Z(b, i, y, x) = sum(l, m, n) V(b, floor(i / q) * s + l, y + m, x + n) K(i, l, m, n)
// to, with i = q g + r and V's channel s g + l, over the same memory,
//   Z(b, g, r, y, x) = sum(l, m, n) V(b, g, l, y + m, x + n) K(g, r, l, m, n)
// which is a contraction as any other (contraction.hpp): g its group, r its column.
namespace fovea::kernels {

// A dimension that has become two neighbours, the second of extent `inner`.
struct SplitAxis {
  int axis = -1; // -1: none
  int64_t inner = 1;
};

struct GroupsApart {
  catalogue::Problem problem; // the same, except for what the groups are a dimension of
  std::vector<SplitAxis> operands, results;
};

// The problem itself where nothing is in groups; none where the blocks of a layout hold parts of
// two groups.
std::optional<GroupsApart> groups_apart(const catalogue::Problem& problem);

inline bool has_groups(const GroupsApart& apart) {
  return std::any_of(apart.operands.begin(), apart.operands.end(),
                     [](const SplitAxis& split) { return split.axis >= 0; });
}

// A layout for the split tensor as one for the undivided tensor; row-major where blocks would hold
// parts of two groups.
catalogue::Layout joined(const catalogue::Layout& layout, const SplitAxis& split);

} // namespace fovea::kernels
