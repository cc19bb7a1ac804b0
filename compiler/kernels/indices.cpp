#include "compiler/kernels/indices.hpp"

namespace fovea::kernels {

const IndexRange& index_range(const Equation& equation, int index) {
  const auto k = static_cast<size_t>(index);
  return k < equation.free.size() ? equation.free[k] : equation.reduced[k - equation.free.size()];
}

std::vector<Interval> intervals_of(const Equation& equation) {
  std::vector<Interval> intervals;
  for (int k = 0; k < index_count(equation); ++k)
    intervals.push_back({0, extent_of(equation, k) - 1});
  return intervals;
}

int64_t element_count(const Equation& equation) {
  return equation.shape().elements();
}

int64_t term_count(const Equation& equation) {
  int64_t count = 1;
  for (const IndexRange& range : equation.reduced)
    count *= range.extent;
  return count;
}

int64_t evaluation_count(const Equation& equation) {
  return element_count(equation) * term_count(equation);
}

bool holds(const IndexExpr& expr, int index) {
  bool found = false;
  for_each_index(expr, [&](int other) { found |= other == index; });
  return found;
}

bool holds(const Expr& expr, int index) {
  bool found = false;
  for_each_index(expr, [&](int other) { found |= other == index; });
  return found;
}

int single_index(const IndexExpr& expr) {
  const bool single = expr.terms.size() == 1 && expr.is_index(expr.terms[0].index);
  return single ? expr.terms[0].index : -1;
}

} // namespace fovea::kernels
