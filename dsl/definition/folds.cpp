// Reductions that are others in disguise, and indices that hide others.
#include "dsl/definition/binding.hpp"

#include <limits>

namespace fovea::binding {
namespace {

IndexExpr replaced(const IndexExpr& expr, const std::map<int, int>& symbols) {
  IndexExpr result{expr.constant, {}};
  for (const IndexTerm& term : expr.terms) {
    IndexExpr atom;
    if (term.kind == IndexTerm::Kind::index) {
      const auto found = symbols.find(term.index);
      atom = IndexExpr::of(found == symbols.end() ? term.index : found->second);
    } else {
      const IndexExpr inner = replaced(*term.inner, symbols);
      atom = term.kind == IndexTerm::Kind::mod ? mod(inner, term.divisor)
                                               : floor_div(inner, term.divisor);
    }
    result = result + atom * term.coefficient;
  }
  return result;
}

// A copy with other symbols, those that it binds itself included.
Expr with_symbols(const Expr& expr, const std::map<int, int>& symbols) {
  return rebuild(expr, [&](Node node) -> Expr {
    node.index = replaced(node.index, symbols);
    for (Subscript& subscript : node.subscripts)
      subscript.index = replaced(subscript.index, symbols);
    for (DeclaredIndex& index : node.reduced)
      if (const auto found = symbols.find(index.symbol); found != symbols.end())
        index.symbol = found->second;
    return std::make_shared<Node>(std::move(node));
  });
}

// The same expression with symbols of its own for each index that it binds.
Expr with_fresh_symbols(const Expr& expr, int& fresh) {
  std::map<int, int> symbols;
  for_each_node(expr, [&](const Node& node) {
    for (const DeclaredIndex& index : node.reduced)
      if (symbols.emplace(index.symbol, fresh).second)
        ++fresh;
  });
  return with_symbols(expr, symbols);
}

// min(k)(k where x is max(k)(x) or NaN): a NaN is the maximum where there is one, and equals
// nothing.
Expr first_place(const Node& reduction, int& fresh) {
  const Expr& x = reduction.args[0];
  const Fold extremum = reduction.fold == Fold::argmax ? Fold::max : Fold::min;
  const Expr most = with_fresh_symbols(make_reduction(extremum, reduction.reduced, x), fresh);
  const Expr place = make_index(IndexExpr::of(reduction.reduced[0].symbol));
  Expr nowhere = make_integer(std::numeric_limits<int64_t>::max(), DType::i64);
  if (is_float(x->type))
    nowhere =
        make_operation(ScalarOp::select, {make_operation(ScalarOp::equal, {x, x}), nowhere, place});
  return make_reduction(
      Fold::min, reduction.reduced,
      make_operation(ScalarOp::select,
                     {make_operation(ScalarOp::equal, {x, most}), place, nowhere}));
}

} // namespace

Expr unhidden(const Expr& expr, const std::set<int>& bound, int& fresh) {
  std::map<int, int> symbols;
  for (const DeclaredIndex& index : expr->reduced)
    if (bound.count(index.symbol))
      symbols.emplace(index.symbol, fresh++);
  const Expr renamed = symbols.empty() ? expr : with_symbols(expr, symbols);
  std::set<int> inside = bound;
  for (const DeclaredIndex& index : renamed->reduced)
    inside.insert(index.symbol);
  Node node = *renamed;
  bool same = true; // keeps nodes that need no change: errors are about them
  const auto visit = [&](Expr& part) {
    const Expr before = part;
    part = unhidden(part, inside, fresh);
    same = same && part == before;
  };
  for (Expr& arg : node.args)
    visit(arg);
  for (Subscript& subscript : node.subscripts)
    for (Expr* part : {&subscript.computed, &subscript.fill})
      if (*part)
        visit(*part);
  return same ? renamed : std::make_shared<const Node>(std::move(node));
}

Expr expanded(const Expr& reduction, int& fresh) {
  switch (reduction->fold) {
  case Fold::argmax:
  case Fold::argmin:
    return first_place(*reduction, fresh);
  case Fold::any:
  case Fold::all: {
    const Fold extremum = reduction->fold == Fold::any ? Fold::max : Fold::min;
    return make_operation(
        ScalarOp::not_equal,
        {make_reduction(extremum, reduction->reduced, make_cast(reduction->args[0], DType::u8)),
         make_constant(0, DType::u8)});
  }
  default:
    return reduction;
  }
}

} // namespace fovea::binding
