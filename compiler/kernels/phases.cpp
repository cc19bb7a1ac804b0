#include "compiler/kernels/phases.hpp"

#include "compiler/kernels/normalise.hpp"
#include "compiler/kernels/reads.hpp"
#include "compiler/kernels/rewrite.hpp"

#include <algorithm>

namespace fovea::kernels {
namespace {

// The period t with which some read of the sum's body stands at k mod t; 0: none, or several.
int64_t period_of(const Equation& sum, int k) {
  int64_t period = 0;
  bool single = true;
  for_each_node(sum.body, [&](const Node& node) {
    for (const Subscript& subscript : node.subscripts)
      for (const IndexTerm& term : subscript.index.terms)
        if (term.kind == IndexTerm::Kind::mod && term.inner->is_index(k)) {
          single &= period == 0 || period == term.divisor;
          period = term.divisor;
        }
  });
  return single ? period : 0;
}

// Operands that the sum does not read and the others read as their own elements: they fall into the
// same phases.
std::vector<int> read_alike(const Definition& definition, const Equation& sum) {
  std::vector<bool> alike;
  for (const Operand& operand : definition.operands)
    alike.push_back(operand.type.shape == sum.shape());
  for (const Equation& equation : definition.equations)
    for_each_node(equation.body, [&](const Node& node) {
      if (node.kind != Node::Kind::read ||
          node.tensor >= static_cast<int>(definition.operands.size()))
        return;
      if (equation.reduction || !(equation.shape() == sum.shape()) || !reads_own_element(node))
        alike[static_cast<size_t>(node.tensor)] = false;
    });
  std::vector<int> result;
  for (size_t k = 0; k < alike.size(); ++k)
    if (alike[k])
      result.push_back(static_cast<int>(k));
  return result;
}

} // namespace

std::optional<PhasesApart> phases_apart(const catalogue::Problem& problem) {
  PhasesApart result{problem};
  Definition& definition = result.problem.definition;
  const auto sum = std::find_if(definition.equations.begin(), definition.equations.end(),
                                [](const Equation& equation) { return equation.reduction; });
  if (sum == definition.equations.end())
    return result;
  const Equation whole = *sum;
  const int first = static_cast<int>(sum - definition.equations.begin());
  const std::vector<int> alike = read_alike(problem.definition, whole);
  for (int k = static_cast<int>(whole.free.size()); k-- > 0;) {
    const int64_t period = period_of(whole, k);
    if (period < 2 || whole.free[static_cast<size_t>(k)].extent % period != 0)
      continue;
    result.first = k;
    for (int e = first; e < static_cast<int>(problem.definition.equations.size()); ++e)
      if (problem.definition.equations[static_cast<size_t>(e)].shape() == whole.shape())
        split_equation(definition, e, k, period);
    for (const int operand : alike)
      split_operand(definition, operand, k, period);
  }
  if (result.first < 0)
    return result;
  definition = narrow_ranges(narrow_ranges(definition)); // (t p + a) mod t is a mod t, which is a
  const auto is_kept = [&](const catalogue::Layout& layout) {
    return layout.is_row_major() || layout.axis < result.first;
  };
  for (int r = 0; r < static_cast<int>(definition.results.size()); ++r)
    if (!is_kept(problem.forms.result(r)))
      return std::nullopt;
  for (const int operand : alike)
    if (!is_kept(problem.forms.operand(operand)))
      return std::nullopt;
  return result;
}

} // namespace fovea::kernels
