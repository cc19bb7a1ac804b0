#include "compiler/kernels/access.hpp"

#include "compiler/kernels/indices.hpp"

#include <algorithm>
#include <numeric>

namespace fovea::kernels {
namespace {

// Visits what has a value a lane in vectors along the last free dimension: what is read, the
// index there, and what is computed from them. Returns whether `expr` is such a value.
template <class Visit>
bool visit_lanes(const Expr& expr, int last, Visit& visit) {
  bool varies = expr->kind == Node::Kind::read ||
                (expr->kind == Node::Kind::index && holds(expr->index, last));
  for (const Expr& arg : expr->args)
    varies |= visit_lanes(arg, last, visit);
  for (const Subscript& subscript : expr->subscripts)
    for (const Expr* part : {&subscript.computed, &subscript.fill})
      if (*part)
        visit_lanes(*part, last, visit);
  if (varies)
    visit(*expr);
  return varies;
}

int64_t period_of(const IndexExpr& expr, int index) {
  int64_t period = 1;
  for (const IndexTerm& term : expr.terms)
    if (term.inner && holds(*term.inner, index))
      period = std::lcm(period, term.divisor * period_of(*term.inner, index));
  return period;
}

} // namespace

std::vector<std::vector<Stride>> strides_of(const Definition& stages, const Equation& equation) {
  std::vector<std::vector<Stride>> result;
  for_each_node(equation.body, [&](const Node& node) {
    if (node.kind != Node::Kind::read)
      return;
    std::vector<Stride> strides(static_cast<size_t>(index_count(equation)));
    const auto mark_irregular = [&](int index) {
      strides[static_cast<size_t>(index)].regular = false;
    };
    const Shape memory = row_major_strides(stages.type_of(node.tensor).shape);
    for (size_t d = 0; d < node.subscripts.size(); ++d) {
      // The place that is computed follows none of the indices it is computed from.
      if (node.subscripts[d].computed)
        for_each_index(node.subscripts[d].computed, mark_irregular);
      for (const IndexTerm& term : node.subscripts[d].index.terms)
        if (term.kind == IndexTerm::Kind::index)
          strides[static_cast<size_t>(term.index)].elements +=
              term.coefficient * memory[static_cast<int>(d)];
        else
          for_each_index(*term.inner, mark_irregular);
    }
    result.push_back(std::move(strides));
  });
  return result;
}

bool jumps_between_pages(const Definition& stages, const Equation& sum) {
  const auto last = static_cast<size_t>(index_count(sum) - 1);
  return !sum.reduced.empty() &&
         std::ranges::any_of(strides_of(stages, sum), [&](const std::vector<Stride>& read) {
           return read[last].regular && jump_between_pages(sum.reduced.back().extent,
                                                           read[last].elements * size_of(sum.type));
         });
}

int64_t computed_bytes(DType type) {
  return is_float(type) ? std::max<int64_t>(size_of(type), 4) : size_of(type);
}

int64_t lane_bytes(const Equation& equation) {
  const auto bytes = [](const Node& node) { return computed_bytes(node.type); };
  return std::max(computed_bytes(equation.type), lane_bytes(equation, bytes));
}

int64_t lane_bytes(const Equation& equation, const std::function<int64_t(const Node&)>& bytes) {
  int64_t widest = 0;
  const auto widen = [&](const Node& node) { widest = std::max(widest, bytes(node)); };
  visit_lanes(equation.body, static_cast<int>(equation.free.size()) - 1, widen);
  return widest;
}

int64_t period_of_places(const Equation& equation) {
  const Node& body = *equation.body;
  if (body.kind != Node::Kind::read || is_gather(body) || equation.free.empty())
    return 1;
  int64_t period = 1;
  int dimensions = 0;
  for (const Subscript& subscript : body.subscripts) {
    const int64_t own = period_of(subscript.index, static_cast<int>(equation.free.size()) - 1);
    dimensions += own > 1;
    period = std::lcm(period, own);
  }
  return dimensions > 1 ? period : 1;
}

bool is_f32(const Definition& definition) {
  return std::all_of(definition.operands.begin(), definition.operands.end(),
                     [](const Operand& operand) { return operand.type.dtype == DType::f32; }) &&
         std::all_of(definition.equations.begin(), definition.equations.end(),
                     [](const Equation& equation) {
                       return equation.type == DType::f32 && equation.accumulator == DType::f32;
                     });
}

} // namespace fovea::kernels
