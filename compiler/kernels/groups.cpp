#include "compiler/kernels/groups.hpp"

#include "compiler/kernels/normalise.hpp"
#include "compiler/kernels/rewrite.hpp"

#include <algorithm>

namespace fovea::kernels {
namespace {

using catalogue::Layout;

// The divisor q with which index k stands in a read as floor(k / q), nowhere otherwise; 0: none.
int64_t divisor_in(const Node& read, int k) {
  int64_t divisor = 0;
  bool other = false;
  for (const Subscript& subscript : read.subscripts)
    for (const IndexTerm& term : subscript.index.terms) {
      const bool quotient = term.kind == IndexTerm::Kind::floor_div && term.inner->is_index(k) &&
                            (divisor == 0 || divisor == term.divisor);
      if (quotient)
        divisor = term.divisor;
      else
        other |= term.kind != IndexTerm::Kind::index || term.index == k;
    }
  return other ? 0 : divisor;
}

// The free dimension of a sum that is in groups, and how many of its elements make one.
std::optional<SplitAxis> groups_of(const Equation& sum) {
  for (int k = 0; k < static_cast<int>(sum.free.size()); ++k) {
    int64_t divisor = 0;
    for_each_node(sum.body, [&](const Node& node) {
      if (node.kind == Node::Kind::read)
        divisor = std::max(divisor, divisor_in(node, k));
    });
    const int64_t extent = sum.free[static_cast<size_t>(k)].extent;
    if (divisor > 1 && divisor < extent && extent % divisor == 0)
      return SplitAxis{k, divisor};
  }
  return std::nullopt;
}

// The first dimension of an operand that all reads take apart at index `group`: s group + l.
std::optional<SplitAxis> split_of(const Definition& definition, int operand, int first, int group) {
  const Shape shape = definition.operands[static_cast<size_t>(operand)].type.shape;
  std::vector<int64_t> inner(static_cast<size_t>(shape.rank()), 0); // -1: cannot be split
  for (int e = 0; e < static_cast<int>(definition.equations.size()); ++e)
    for_each_node(definition.equations[static_cast<size_t>(e)].body, [&](const Node& node) {
      if (node.kind != Node::Kind::read || node.tensor != operand)
        return;
      for (size_t d = 0; d < inner.size(); ++d) {
        const Subscript& subscript = node.subscripts[d];
        for (const IndexTerm& term : subscript.index.terms)
          if (e >= first && term.kind == IndexTerm::Kind::index && term.index == group &&
              inner[d] == 0)
            inner[d] = term.coefficient;
        if (subscript.boundary != Boundary::none)
          inner[d] = -1;
      }
    });
  for (int d = 0; d < shape.rank(); ++d)
    if (const int64_t size = inner[static_cast<size_t>(d)]; size > 1 && shape[d] % size == 0)
      return SplitAxis{d, size};
  return std::nullopt;
}

// The same elements in the same order, of a tensor that is split; none: blocks of two groups.
std::optional<Layout> apart(const Layout& layout, const SplitAxis& split) {
  if (split.axis < 0 || layout.axis < split.axis)
    return layout;
  if (layout.axis == split.axis && split.inner % layout.block != 0)
    return std::nullopt;
  return Layout::blocked(layout.axis + 1, layout.block);
}

// The sum, and what follows from it element by element.
std::vector<SplitAxis> split_equations(Definition& definition, int sum, const SplitAxis& groups) {
  const Shape shape = definition.equations[static_cast<size_t>(sum)].shape();
  std::vector<SplitAxis> splits(definition.equations.size());
  for (int e = sum; e < static_cast<int>(definition.equations.size()); ++e)
    if (definition.equations[static_cast<size_t>(e)].shape() == shape) {
      split_equation(definition, e, groups.axis, groups.inner);
      splits[static_cast<size_t>(e)] = groups;
    }
  return splits;
}

} // namespace

std::optional<GroupsApart> groups_apart(const catalogue::Problem& problem) {
  GroupsApart result{problem, {}, {}};
  Definition& definition = result.problem.definition;
  result.operands.resize(definition.operands.size());
  result.results.resize(definition.results.size());
  const auto sum = std::find_if(definition.equations.begin(), definition.equations.end(),
                                [](const Equation& equation) { return equation.reduction; });
  const auto groups = sum == definition.equations.end() ? std::nullopt : groups_of(*sum);
  if (!groups)
    return result;
  const int first = static_cast<int>(sum - definition.equations.begin());
  const std::vector<SplitAxis> equations = split_equations(definition, first, *groups);
  definition = narrow_ranges(definition);
  catalogue::Forms& forms = result.problem.forms;
  forms.operands.resize(definition.operands.size());
  for (size_t k = 0; k < definition.operands.size(); ++k) {
    const auto split = split_of(definition, static_cast<int>(k), first, groups->axis);
    if (!split)
      continue;
    split_operand(definition, static_cast<int>(k), split->axis, split->inner);
    result.operands[k] = *split;
    const auto layout = apart(forms.operands[k], *split);
    if (!layout)
      return std::nullopt;
    forms.operands[k] = *layout;
  }
  definition = narrow_ranges(definition);
  forms.results.resize(definition.results.size());
  for (size_t r = 0; r < definition.results.size(); ++r) {
    result.results[r] = equations[static_cast<size_t>(definition.results[r])];
    const auto layout = apart(forms.results[r], result.results[r]);
    if (!layout)
      return std::nullopt;
    forms.results[r] = *layout;
  }
  return result;
}

Layout joined(const Layout& layout, const SplitAxis& split) {
  if (split.axis < 0 || layout.axis < split.axis)
    return layout;
  const bool within = layout.axis == split.axis + 1 && split.inner % layout.block == 0;
  return within || layout.axis > split.axis + 1 ? Layout::blocked(layout.axis - 1, layout.block)
                                                : Layout();
}

} // namespace fovea::kernels
