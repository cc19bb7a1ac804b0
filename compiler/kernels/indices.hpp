#pragma once
#include <fovea/definition/definition.hpp>

// The indices of an equation, numbered with the free ones first: how far they go, and where they
// stand.
namespace fovea::kernels {

inline int index_count(const Equation& equation) {
  return static_cast<int>(equation.free.size() + equation.reduced.size());
}
const IndexRange& index_range(const Equation& equation, int index);
inline int64_t extent_of(const Equation& equation, int index) {
  return index_range(equation, index).extent;
}

// What they go through.
std::vector<Interval> intervals_of(const Equation& equation);

// Number of elements; of the terms of each; of evaluations of the body.
int64_t element_count(const Equation& equation);
int64_t term_count(const Equation& equation);
int64_t evaluation_count(const Equation& equation);

// Visits the number of each index that stands in it, also within floors and remainders.
template <class Visit>
void for_each_index(const IndexExpr& expr, Visit&& visit) {
  for (const IndexTerm& term : expr.terms)
    if (term.kind == IndexTerm::Kind::index)
      visit(term.index);
    else
      for_each_index(*term.inner, visit);
}
// The same of a scalar expression: its subscripts, and what is computed for them, too.
template <class Visit>
void for_each_index(const Expr& expr, Visit&& visit) {
  for_each_node(expr, [&](const Node& node) {
    for_each_index(node.index, visit);
    for (const Subscript& subscript : node.subscripts)
      for_each_index(subscript.index, visit);
  });
}

// Does the index stand in it?
bool holds(const IndexExpr& expr, int index);
bool holds(const Expr& expr, int index);

// The index that it is, and nothing else; -1: it is something else.
int single_index(const IndexExpr& expr);

} // namespace fovea::kernels
