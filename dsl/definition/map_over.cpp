#include <fovea/definition/definition.hpp>
#include <fovea/error.hpp>

#include <algorithm>

namespace fovea {
namespace {

IndexExpr shifted(IndexExpr expr, int by) {
  for (IndexTerm& term : expr.terms) {
    if (term.kind == IndexTerm::Kind::index)
      term.index += by;
    else
      term.inner = std::make_shared<const IndexExpr>(shifted(*term.inner, by));
  }
  return expr;
}

// `expr` in an equation that gained `leading` indices: reads of the tensors for which `is_mapped`
// holds gain them as subscripts.
template <class IsMapped>
Expr with_leading(const Expr& expr, int leading, IsMapped&& is_mapped) {
  return rebuild(expr, [&](Node node) -> Expr {
    node.index = shifted(std::move(node.index), leading);
    for (Subscript& subscript : node.subscripts)
      subscript.index = shifted(std::move(subscript.index), leading);
    if (node.kind == Node::Kind::read && is_mapped(node.tensor)) {
      std::vector<Subscript> subscripts;
      for (int k = 0; k < leading; ++k)
        subscripts.push_back({IndexExpr::of(k), Boundary::none, nullptr});
      subscripts.insert(subscripts.end(), node.subscripts.begin(), node.subscripts.end());
      node.subscripts = std::move(subscripts);
    }
    return std::make_shared<const Node>(std::move(node));
  });
}

void check_rank(const Definition& definition, const std::string& tensor, const Shape& shape,
                int leading) {
  if (shape.rank() + leading > max_rank)
    throw Error({.what = definition.name + ": '" + tensor + "' gets too many dimensions",
                 .expected = "at most " + std::to_string(max_rank),
                 .got = std::to_string(shape.rank() + leading)});
}

} // namespace

// Equations that read nothing mapped (a normalised weight, say) stay as they are, computed once for
// all elements of the batch, unless they are results.
Definition map_over(const Definition& definition, const Shape& extents,
                    const std::vector<int>& mapped) {
  const int leading = extents.rank();
  Definition result = definition;
  std::vector<bool> is_mapped(definition.operands.size() + definition.equations.size());
  for (int operand : mapped) {
    Operand& target = result.operands[static_cast<size_t>(operand)];
    check_rank(definition, target.name, target.type.shape, leading);
    is_mapped[static_cast<size_t>(operand)] = true;
    target.type.shape = extents + definition.operands[static_cast<size_t>(operand)].type.shape;
  }
  for (int equation : definition.results)
    is_mapped[static_cast<size_t>(definition.tensor_of_equation(equation))] = true;

  std::vector<IndexRange> batch;
  for (int k = 0; k < leading; ++k)
    batch.push_back({leading == 1 ? "b" : "b" + std::to_string(k), extents[k]});
  for (size_t e = 0; e < result.equations.size(); ++e) {
    Equation& equation = result.equations[e];
    std::vector<bool>::reference own = is_mapped[definition.operands.size() + e];
    for_each_node(equation.body, [&](const Node& node) {
      own = own || (node.kind == Node::Kind::read && is_mapped[static_cast<size_t>(node.tensor)]);
    });
    if (!own)
      continue;
    check_rank(definition, equation.name, equation.shape(), leading);
    equation.free.insert(equation.free.begin(), batch.begin(), batch.end());
    equation.body = with_leading(
        equation.body, leading, [&](int tensor) { return is_mapped[static_cast<size_t>(tensor)]; });
  }
  return result;
}

} // namespace fovea
