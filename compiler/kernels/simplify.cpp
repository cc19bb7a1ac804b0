#include "compiler/kernels/normalise.hpp"

#include <algorithm>

namespace fovea::kernels {
namespace {

using Flags = std::vector<std::vector<bool>>;

template <class Visit>
void for_each_read(const Definition& definition, Visit&& visit) {
  for (size_t e = 0; e < definition.equations.size(); ++e)
    for_each_node(definition.equations[e].body, [&](const Node& node) {
      if (node.kind == Node::Kind::read)
        visit(e, node);
    });
}

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
      return std::make_shared<const Node>(std::move(node));
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
      return std::make_shared<const Node>(std::move(node));
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

// --- neighbouring dimensions that are walked together -------------------------------------------

// Which neighbours may be joined: of each tensor's dimensions (d, d + 1), of each equation's
// indices (k, k + 1).
struct Joins {
  Flags tensors, indices;
};

const IndexRange& range_at(const Equation& equation, size_t k) {
  return k < equation.free.size() ? equation.free[k] : equation.reduced[k - equation.free.size()];
}

size_t index_count(const Equation& equation) {
  return equation.free.size() + equation.reduced.size();
}

void find_uses(const IndexExpr& expr, std::vector<int>& uses) {
  for (const IndexTerm& term : expr.terms)
    if (term.kind == IndexTerm::Kind::index)
      ++uses[static_cast<size_t>(term.index)];
    else
      find_uses(*term.inner, uses);
}

// The number of the index that a subscript is, walking the whole dimension; -1 where it is more.
int whole_index(const Equation& equation, const Subscript& subscript, int64_t extent) {
  if (subscript.boundary != Boundary::none || subscript.index.terms.size() != 1)
    return -1;
  const int index = subscript.index.terms[0].index;
  const bool plain = subscript.index.is_index(index);
  return plain && range_at(equation, static_cast<size_t>(index)).extent == extent ? index : -1;
}

// Falsifies flags until reads and equations agree; true when something changed.
bool constrain(const Definition& definition, Joins& joins) {
  bool changed = false;
  const auto clear = [&](std::vector<bool>& flags, size_t k) {
    if (k < flags.size() && flags[k]) {
      flags[k] = false;
      changed = true;
    }
  };
  for_each_read(definition, [&](size_t e, const Node& node) {
    const Equation& equation = definition.equations[e];
    std::vector<bool>& indices = joins.indices[e];
    std::vector<bool>& dims = joins.tensors[static_cast<size_t>(node.tensor)];
    const Shape shape = definition.type_of(node.tensor).shape;
    std::vector<int> uses(index_count(equation)), at;
    for (size_t d = 0; d < node.subscripts.size(); ++d) {
      find_uses(node.subscripts[d].index, uses);
      at.push_back(whole_index(equation, node.subscripts[d], shape[static_cast<int>(d)]));
    }
    std::vector<bool> joined(indices.size(), false);
    for (size_t d = 0; d < dims.size(); ++d) {
      const int k = at[d];
      const bool together = k >= 0 && at[d + 1] == k + 1 &&
                            static_cast<size_t>(k) < indices.size() &&
                            indices[static_cast<size_t>(k)];
      if (!together)
        clear(dims, d);
      else if (dims[d])
        joined[static_cast<size_t>(k)] = true;
    }
    for (size_t k = 0; k < indices.size(); ++k) {
      const bool used = uses[k] || uses[k + 1];
      if (used && !(joined[k] && uses[k] == 1 && uses[k + 1] == 1))
        clear(indices, k);
    }
  });
  for (size_t e = 0; e < definition.equations.size(); ++e) {
    std::vector<bool>& dims = joins.tensors[definition.operands.size() + e];
    for (size_t d = 0; d < dims.size(); ++d)
      if (!dims[d] || !joins.indices[e][d]) {
        clear(dims, d);
        clear(joins.indices[e], d);
      }
  }
  return changed;
}

Joins find_joins(const Definition& definition) {
  Joins joins;
  const size_t tensors = definition.operands.size() + definition.equations.size();
  for (size_t t = 0; t < tensors; ++t) {
    const int rank = definition.type_of(static_cast<int>(t)).shape.rank();
    joins.tensors.emplace_back(static_cast<size_t>(std::max(rank - 1, 0)), true);
  }
  for (const Equation& equation : definition.equations) {
    const size_t count = index_count(equation);
    joins.indices.emplace_back(count ? count - 1 : 0, true);
    if (!equation.free.empty() && !equation.reduced.empty())
      joins.indices.back()[equation.free.size() - 1] = false;
    for_each_node(equation.body, [&](const Node& node) { // a value that needs its indices
      std::vector<int> uses(count);
      if (node.kind == Node::Kind::index)
        find_uses(node.index, uses);
      for (size_t k = 0; k + 1 < count; ++k)
        if (uses[k] || uses[k + 1])
          joins.indices.back()[k] = false;
    });
  }
  while (constrain(definition, joins)) {
  }
  return joins;
}

std::vector<IndexRange> join_ranges(const std::vector<IndexRange>& ranges,
                                    const std::vector<bool>& joined, size_t first) {
  std::vector<IndexRange> result;
  for (size_t k = 0; k < ranges.size(); ++k)
    if (k > 0 && joined[first + k - 1]) {
      result.back().name += "_" + ranges[k].name;
      result.back().extent *= ranges[k].extent;
    } else {
      result.push_back(ranges[k]);
    }
  return result;
}

Shape join_shape(const Shape& shape, const std::vector<bool>& joined) {
  Shape result;
  for (int d = 0; d < shape.rank(); ++d)
    if (d > 0 && joined[static_cast<size_t>(d - 1)])
      result[result.rank() - 1] *= shape[d];
    else
      result.push_back(shape[d]);
  return result;
}

void join_neighbours(Definition& definition) {
  const Joins joins = find_joins(definition);
  for (size_t e = 0; e < definition.equations.size(); ++e) {
    Equation& equation = definition.equations[e];
    const std::vector<bool>& joined = joins.indices[e];
    // Every index of a group becomes the group's; only the group's first is read again below.
    std::vector<IndexExpr> indices;
    int group = -1;
    for (size_t k = 0; k < index_count(equation); ++k)
      indices.push_back(IndexExpr::of(k > 0 && joined[k - 1] ? group : ++group));
    equation.body = rebuild(substitute(equation.body, indices), [&](Node node) {
      std::vector<Subscript> kept;
      for (size_t d = 0; d < node.subscripts.size(); ++d)
        if (d == 0 || !joins.tensors[static_cast<size_t>(node.tensor)][d - 1])
          kept.push_back(node.subscripts[d]);
      node.subscripts = std::move(kept);
      return std::make_shared<const Node>(std::move(node));
    });
    const size_t free = equation.free.size();
    equation.free = join_ranges(equation.free, joined, 0);
    equation.reduced = join_ranges(equation.reduced, joined, free);
  }
  for (size_t t = 0; t < definition.operands.size(); ++t)
    definition.operands[t].type.shape =
        join_shape(definition.operands[t].type.shape, joins.tensors[t]);
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
      return std::make_shared<const Node>(std::move(node));
    });
    kept.push_back(std::move(equation));
  }
  for (int& result : definition.results)
    result = moved[operands + static_cast<size_t>(result)] - static_cast<int>(operands);
  definition.equations = std::move(kept);
}

} // namespace

IndexExpr substitute(const IndexExpr& expr, const std::vector<IndexExpr>& indices) {
  IndexExpr result{expr.constant, {}};
  for (const IndexTerm& term : expr.terms) {
    const IndexExpr atom = term.kind == IndexTerm::Kind::index
                               ? indices[static_cast<size_t>(term.index)]
                           : term.kind == IndexTerm::Kind::floor_div
                               ? floor_div(substitute(*term.inner, indices), term.divisor)
                               : mod(substitute(*term.inner, indices), term.divisor);
    result = result + atom * term.coefficient;
  }
  return result;
}

Expr substitute(const Expr& expr, const std::vector<IndexExpr>& indices) {
  return rebuild(expr, [&](Node node) -> Expr {
    if (node.kind == Node::Kind::index)
      node.index = substitute(node.index, indices);
    for (Subscript& subscript : node.subscripts)
      subscript.index = substitute(subscript.index, indices);
    return std::make_shared<const Node>(std::move(node));
  });
}

std::vector<Interval> intervals_of(const Equation& equation) {
  std::vector<Interval> intervals;
  for (size_t k = 0; k < index_count(equation); ++k)
    intervals.push_back({0, range_at(equation, k).extent - 1});
  return intervals;
}

Expr make_read(int tensor, DType type, std::vector<Subscript> subscripts) {
  Node node;
  node.kind = Node::Kind::read;
  node.type = type;
  node.tensor = tensor;
  node.subscripts = std::move(subscripts);
  return std::make_shared<const Node>(std::move(node));
}

Expr make_cast(Expr value, DType type) {
  if (value->type == type)
    return value;
  Node node;
  node.kind = Node::Kind::cast;
  node.type = type;
  node.args = {std::move(value)};
  return std::make_shared<const Node>(std::move(node));
}

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
  join_neighbours(result);
  return result;
}

} // namespace fovea::kernels
