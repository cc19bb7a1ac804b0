#include "compiler/kernels/pooling.hpp"

#include "compiler/kernels/nodes.hpp"
#include "compiler/kernels/reads.hpp"
#include "compiler/kernels/rewrite.hpp"

#include <algorithm>

namespace fovea::kernels {
namespace {

using catalogue::Problem;

// The free indices that a value is computed from; none where it reads a tensor.
std::optional<std::vector<bool>> indices_behind(const Equation& equation, const Expr& value) {
  bool reads = false;
  for_each_read(value, [&](const Node&) { reads = true; });
  if (reads)
    return std::nullopt;
  std::vector<bool> indices(equation.free.size());
  for_each_index(value, [&](int index) { indices[static_cast<size_t>(index)] = true; });
  return indices;
}

// Is it computed again and again: from some of the equation's indices, and not from all?
bool is_table(const Equation& equation, const Expr& value, const std::vector<bool>& indices) {
  const auto count = static_cast<size_t>(std::count(indices.begin(), indices.end(), true));
  return count > 0 && count < indices.size() && value->kind == Node::Kind::op &&
         value->type == equation.type;
}

bool holds_table(const Equation& equation, const Expr& expr) {
  if (const auto indices = indices_behind(equation, expr))
    return is_table(equation, expr, *indices);
  return std::ranges::any_of(expr->args,
                             [&](const Expr& arg) { return holds_table(equation, arg); });
}

// `expr` with `replace(value, its indices)` in the place of each table.
template <class Replace>
Expr replace_tables(const Equation& equation, const Expr& expr, const Replace& replace) {
  if (const auto indices = indices_behind(equation, expr))
    return is_table(equation, expr, *indices) ? replace(expr, *indices) : expr;
  Node node = *expr;
  for (Expr& arg : node.args)
    arg = replace_tables(equation, arg, replace);
  return node_of(std::move(node));
}

Equation table_of(const Equation& equation, const Expr& value, const std::vector<bool>& indices) {
  Equation table;
  table.name = equation.name + "_count";
  table.type = table.accumulator = value->type;
  std::vector<IndexExpr> own(indices.size());
  for (size_t k = 0; k < indices.size(); ++k)
    if (indices[k]) {
      own[k] = IndexExpr::of(static_cast<int>(table.free.size()));
      table.free.push_back(equation.free[k]);
    }
  table.body = substitute(value, own);
  return table;
}

std::vector<Equation> tables_of(const Equation& equation) {
  std::vector<Equation> tables;
  replace_tables(equation, equation.body, [&](const Expr& value, const std::vector<bool>& indices) {
    tables.push_back(table_of(equation, value, indices));
    return value;
  });
  return tables;
}

// The tables are the tensors from `tensor` on.
Expr read_tables(const Equation& equation, int tensor) {
  return replace_tables(equation, equation.body,
                        [&](const Expr& value, const std::vector<bool>& indices) {
                          std::vector<Subscript> own;
                          for (int k = 0; k < static_cast<int>(indices.size()); ++k)
                            if (indices[static_cast<size_t>(k)])
                              own.push_back({IndexExpr::of(k), Boundary::none, nullptr});
                          return make_read(tensor++, value->type, std::move(own));
                        });
}

} // namespace

bool has_tables(const Problem& problem, const ChannelWindows& windows) {
  const std::vector<Equation>& equations = problem.definition.equations;
  return std::any_of(equations.begin() + windows.equation + 1, equations.end(),
                     [](const Equation& e) { return holds_table(e, e.body); });
}

Tabled with_tables(const Problem& problem, const ChannelWindows& windows) {
  Tabled result{problem, windows};
  Definition& definition = result.problem.definition;
  for (size_t e = static_cast<size_t>(windows.equation) + 1; e < definition.equations.size(); ++e) {
    const int first = definition.tensor_of_equation(result.windows.equation);
    for (Equation& table : tables_of(definition.equations[e])) {
      insert_equation(definition, result.windows.equation++, std::move(table));
      ++e;
    }
    definition.equations[e].body = read_tables(definition.equations[e], first);
  }
  return result;
}

} // namespace fovea::kernels
