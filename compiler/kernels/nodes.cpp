#include "compiler/kernels/nodes.hpp"

namespace fovea::kernels {

Expr make_read(int tensor, DType type, std::vector<Subscript> subscripts) {
  Node node;
  node.kind = Node::Kind::read;
  node.type = type;
  node.tensor = tensor;
  node.subscripts = std::move(subscripts);
  return node_of(std::move(node));
}

Expr make_cast(Expr value, DType type) {
  if (value->type == type)
    return value;
  Node node;
  node.kind = Node::Kind::cast;
  node.type = type;
  node.args = {std::move(value)};
  return node_of(std::move(node));
}

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
    return node_of(std::move(node));
  });
}

} // namespace fovea::kernels
