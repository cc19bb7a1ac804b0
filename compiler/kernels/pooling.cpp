#include "compiler/kernels/pooling.hpp"

#include "compiler/kernels/nodes.hpp"
#include "compiler/kernels/rewrite.hpp"

#include <algorithm>

namespace fovea::kernels {
namespace {

using catalogue::Problem;

// Marks the free indices that a value depends on; false where it reads a tensor.
bool find_indices(const Expr& expr, std::vector<bool>& used) {
  bool reads = false;
  const auto mark = [&](const auto& self, const IndexExpr& index) -> void {
    for (const IndexTerm& term : index.terms)
      if (term.kind == IndexTerm::Kind::index)
        used[static_cast<size_t>(term.index)] = true;
      else
        self(self, *term.inner);
  };
  for_each_node(expr, [&](const Node& node) {
    reads |= node.kind == Node::Kind::read;
    if (node.kind == Node::Kind::index)
      mark(mark, node.index);
  });
  return !reads;
}

// Takes tables out of one equation.
class Tables {
 public:
  explicit Tables(const Equation& equation) : equation_(equation) {}

  // `at`: the number that the next table's tensor will have.
  Expr rewritten(const Expr& expr, int at) {
    std::vector<bool> used(equation_.free.size());
    const bool computed = find_indices(expr, used);
    const auto count = static_cast<size_t>(std::count(used.begin(), used.end(), true));
    if (computed)
      return count > 0 && count < used.size() && expr->kind == Node::Kind::op &&
                     expr->type == equation_.type
                 ? table(expr, used, at)
                 : expr;
    Node node = *expr;
    for (Expr& arg : node.args)
      arg = rewritten(arg, at);
    return std::make_shared<const Node>(std::move(node));
  }
  std::vector<Equation> found;

 private:
  Expr table(const Expr& value, const std::vector<bool>& used, int at) {
    Equation table;
    table.name = equation_.name + "_count";
    table.type = table.accumulator = value->type;
    std::vector<IndexExpr> indices(used.size());
    std::vector<Subscript> own;
    for (size_t k = 0; k < used.size(); ++k) {
      if (!used[k])
        continue;
      indices[k] = IndexExpr::of(static_cast<int>(table.free.size()));
      own.push_back({IndexExpr::of(static_cast<int>(k)), Boundary::none, nullptr});
      table.free.push_back(equation_.free[k]);
    }
    table.body = substitute(value, indices);
    found.push_back(std::move(table));
    return make_read(at + static_cast<int>(found.size()) - 1, value->type, std::move(own));
  }

  const Equation& equation_;
};

} // namespace

Tabled with_tables(const Problem& problem, const ChannelWindows& windows) {
  Tabled result{problem, windows};
  Definition& definition = result.problem.definition;
  const int operands = static_cast<int>(definition.operands.size());
  for (size_t e = static_cast<size_t>(windows.equation) + 1; e < definition.equations.size(); ++e) {
    Tables tables(definition.equations[e]);
    // Numbers beyond all that there are, until the tables have their own.
    const int beyond = operands + 1'000'000;
    const Expr body = tables.rewritten(definition.equations[e].body, beyond);
    const int first = operands + result.windows.equation;
    const int count = static_cast<int>(tables.found.size());
    definition.equations[e].body = body;
    for (int k = 0; k < count; ++k, ++e)
      insert_equation(definition, result.windows.equation++,
                      std::move(tables.found[static_cast<size_t>(k)]));
    definition.equations[e].body = rebuild(definition.equations[e].body, [&](Node node) -> Expr {
      if (node.kind == Node::Kind::read && node.tensor >= beyond)
        node.tensor -= beyond + count - first; // each insertion moved it by one
      return std::make_shared<const Node>(std::move(node));
    });
  }
  return result;
}

} // namespace fovea::kernels
