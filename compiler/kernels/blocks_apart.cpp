#include "compiler/kernels/blocks_apart.hpp"

#include "compiler/kernels/reads.hpp"
#include "compiler/kernels/rewrite.hpp"

#include <algorithm>
#include <optional>

namespace fovea::kernels {
namespace {

// An index that reads take apart by one divisor.
struct Blocked {
  int index = 0;
  int64_t block = 1;
};

bool is_of_index(const IndexTerm& term) {
  return term.kind != IndexTerm::Kind::index && single_index(*term.inner) >= 0;
}

// Of a sum, the first index that one of its reads takes apart; of what is no sum, in a read of an
// earlier equation alone: there is nothing to gain where vectors run along another index.
std::optional<Blocked> blocked_index(const Definition& definition, int e) {
  const Equation& equation = definition.equations[static_cast<size_t>(e)];
  const int operands = static_cast<int>(definition.operands.size());
  const int free = static_cast<int>(equation.free.size());
  std::optional<Blocked> found;
  const auto can_split = [&](const Blocked& one) {
    return extent_of(equation, one.index) % one.block == 0 &&
           extent_of(equation, one.index) > one.block &&
           (one.index >= free ||
            !has_boundary(definition, definition.tensor_of_equation(e), one.index));
  };
  for_each_node(equation.body, [&](const Node& node) {
    if (node.kind != Node::Kind::read || !(equation.reduction || node.tensor >= operands))
      return;
    for (const Subscript& subscript : node.subscripts)
      for (const IndexTerm& term : subscript.index.terms)
        if (!found && is_of_index(term))
          if (const Blocked one{term.inner->terms[0].index, term.divisor}; can_split(one))
            found = one;
  });
  return found;
}

} // namespace

Definition blocks_apart(Definition definition) {
  for (int e = 0; e < static_cast<int>(definition.equations.size()); ++e)
    while (const std::optional<Blocked> one = blocked_index(definition, e)) {
      Equation& equation = definition.equations[static_cast<size_t>(e)];
      const int free = static_cast<int>(equation.free.size());
      if (one->index < free)
        split_equation(definition, e, one->index, one->block);
      else
        split_reduced(equation, one->index - free, one->block);
    }
  return definition;
}

} // namespace fovea::kernels
