#include "compiler/kernels/join_dimensions.hpp"
#include "compiler/kernels/nodes.hpp"
#include "compiler/kernels/normalise.hpp"
#include "compiler/kernels/reads.hpp"

#include <algorithm>

namespace fovea::kernels {
namespace {

using Flags = std::vector<std::vector<bool>>;

bool is_inside(const Interval& interval, int64_t extent) {
  return interval.low >= 0 && interval.high < extent;
}

// Is every index that an equation may have one whose extent is 0? Then no element is computed and
// the intervals mean nothing; such systems are left as they are.
bool has_empty_range(const Definition& definition) {
  const auto empty = [](const IndexRange& range) { return range.extent <= 0; };
  return std::any_of(definition.equations.begin(), definition.equations.end(),
                     [&](const Equation& equation) {
                       return std::any_of(equation.free.begin(), equation.free.end(), empty) ||
                              std::any_of(equation.reduced.begin(), equation.reduced.end(), empty);
                     });
}

// --- floors, remainders and boundary rules that never apply -----------------------------------

// floor(i / 4) is 0 and i mod 4 is i while i < 4.
IndexExpr narrowed(const IndexExpr& expr, const std::vector<Interval>& intervals) {
  IndexExpr result{expr.constant, {}};
  for (const IndexTerm& term : expr.terms) {
    if (term.kind == IndexTerm::Kind::index) {
      result = result + IndexExpr{0, {term}};
      continue;
    }
    const IndexExpr inner = narrowed(*term.inner, intervals);
    const IndexExpr quotient = floor_div(inner, term.divisor);
    const Interval range = range_of(quotient, intervals);
    const bool known = range.low == range.high;
    const IndexExpr atom = term.kind == IndexTerm::Kind::floor_div
                               ? (known ? IndexExpr{range.low, {}} : quotient)
                           : known ? inner - IndexExpr{range.low * term.divisor, {}}
                                   : mod(inner, term.divisor);
    result = result + atom * term.coefficient;
  }
  return result;
}

void use_ranges(Definition& definition) {
  for (Equation& equation : definition.equations) {
    const std::vector<Interval> intervals = intervals_of(equation);
    equation.body = rebuild(equation.body, [&](Node node) -> Expr {
      if (node.kind == Node::Kind::index)
        node.index = narrowed(node.index, intervals);
      for (size_t d = 0; d < node.subscripts.size(); ++d) {
        Subscript& subscript = node.subscripts[d];
        subscript.index = narrowed(subscript.index, intervals);
        const int64_t extent = definition.type_of(node.tensor).shape[static_cast<int>(d)];
        if (is_inside(range_of(subscript, intervals), extent))
          subscript = {subscript.index, Boundary::none, nullptr};
      }
      return node_of(std::move(node));
    });
  }
}

// --- dimensions of extent 1 ---------------------------------------------------------------------

std::vector<IndexRange> without(const std::vector<IndexRange>& ranges,
                                const std::vector<bool>& dropped) {
  std::vector<IndexRange> kept;
  for (size_t k = 0; k < ranges.size(); ++k)
    if (!dropped[k])
      kept.push_back(ranges[k]);
  return kept;
}

// Old indices in terms of the new ones; those dropped are always 0.
std::vector<IndexExpr> renumbering(const std::vector<bool>& dropped) {
  std::vector<IndexExpr> indices;
  int next = 0;
  for (const bool drop : dropped)
    indices.push_back(drop ? IndexExpr{} : IndexExpr::of(next++));
  return indices;
}

Flags squeezable_dimensions(const Definition& definition) {
  Flags flags;
  const size_t tensors = definition.operands.size() + definition.equations.size();
  for (size_t t = 0; t < tensors; ++t) {
    flags.emplace_back();
    for (const int64_t extent : definition.type_of(static_cast<int>(t)).shape)
      flags.back().push_back(extent == 1);
  }
  for_each_read(definition, [&](size_t, const Node& node) {
    for (size_t d = 0; d < node.subscripts.size(); ++d)
      if (node.subscripts[d].boundary != Boundary::none)
        flags[static_cast<size_t>(node.tensor)][d] = false;
  });
  return flags;
}

void squeeze(Definition& definition) {
  const Flags flags = squeezable_dimensions(definition);
  const size_t operands = definition.operands.size();
  for (size_t e = 0; e < definition.equations.size(); ++e) {
    Equation& equation = definition.equations[e];
    std::vector<bool> dropped = flags[operands + e];
    std::vector<bool> reduced;
    for (const IndexRange& range : equation.reduced)
      reduced.push_back(range.extent == 1);
    dropped.insert(dropped.end(), reduced.begin(), reduced.end());
    equation.body = rebuild(substitute(equation.body, renumbering(dropped)), [&](Node node) {
      std::vector<Subscript> kept;
      for (size_t d = 0; d < node.subscripts.size(); ++d)
        if (!flags[static_cast<size_t>(node.tensor)][d])
          kept.push_back(node.subscripts[d]);
      node.subscripts = std::move(kept);
      return node_of(std::move(node));
    });
    equation.free = without(equation.free, flags[operands + e]);
    equation.reduced = without(equation.reduced, reduced);
    if (equation.reduction && equation.reduced.empty()) { // of one term
      const bool rounds =
          equation.reduction == ReduceKind::sum || equation.reduction == ReduceKind::product;
      if (rounds)
        equation.body = make_cast(equation.body, equation.accumulator);
      equation.body = make_cast(equation.body, equation.type);
      equation.reduction.reset();
    }
  }
  for (size_t t = 0; t < operands; ++t) {
    Shape kept;
    const Shape shape = definition.operands[t].type.shape;
    for (int d = 0; d < shape.rank(); ++d)
      if (!flags[t][static_cast<size_t>(d)])
        kept.push_back(shape[d]);
    definition.operands[t].type.shape = kept;
  }
}

// --- equations that nothing needs ---------------------------------------------------------------

void drop_unused(Definition& definition) {
  const size_t operands = definition.operands.size(), count = definition.equations.size();
  std::vector<bool> needed(count, false);
  for (const int result : definition.results)
    needed[static_cast<size_t>(result)] = true;
  for (size_t e = count; e-- > 0;)
    if (needed[e])
      for_each_node(definition.equations[e].body, [&](const Node& node) {
        if (node.kind == Node::Kind::read && static_cast<size_t>(node.tensor) >= operands)
          needed[static_cast<size_t>(node.tensor) - operands] = true;
      });
  std::vector<int> moved(operands + count);
  for (size_t t = 0; t < operands; ++t)
    moved[t] = static_cast<int>(t);
  std::vector<Equation> kept;
  for (size_t e = 0; e < count; ++e) {
    if (!needed[e])
      continue;
    moved[operands + e] = static_cast<int>(operands + kept.size());
    Equation equation = definition.equations[e];
    equation.body = rebuild(equation.body, [&](Node node) {
      if (node.kind == Node::Kind::read)
        node.tensor = moved[static_cast<size_t>(node.tensor)];
      return node_of(std::move(node));
    });
    kept.push_back(std::move(equation));
  }
  for (int& result : definition.results)
    result = moved[operands + static_cast<size_t>(result)] - static_cast<int>(operands);
  definition.equations = std::move(kept);
}

} // namespace

Definition narrow_ranges(const Definition& definition) {
  Definition result = definition;
  if (!has_empty_range(result))
    use_ranges(result);
  return result;
}

Definition simplify(const Definition& definition) {
  Definition result = definition;
  drop_unused(result);
  if (has_empty_range(result))
    return result;
  use_ranges(result);
  squeeze(result);
  join_dimensions(result);
  return result;
}

} // namespace fovea::kernels
