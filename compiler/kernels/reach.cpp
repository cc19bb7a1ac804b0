#include "compiler/kernels/reach.hpp"

#include "compiler/kernels/normalise.hpp"

#include <algorithm>

namespace fovea::kernels {
namespace {

// What is computed is taken to be different wherever it stands.
bool same_element(const Node& a, const Node& b) {
  const auto same = [](const Subscript& x, const Subscript& y) {
    return x.index == y.index && x.boundary == y.boundary && !x.computed && !y.computed &&
           x.fill == y.fill;
  };
  return a.tensor == b.tensor && std::ranges::equal(a.subscripts, b.subscripts, same);
}

} // namespace

Reach reach_of(const Definition& stages, size_t e, const std::function<bool(size_t)>& looks_through,
               size_t most) {
  const int operands = static_cast<int>(stages.operands.size());
  Reach reach;
  const auto visit = [&](const auto& self, const Expr& body) -> void {
    for_each_node(body, [&](const Node& node) {
      if (node.kind != Node::Kind::read || !reach.is_complete)
        return;
      const bool passes =
          node.tensor >= operands && looks_through(static_cast<size_t>(node.tensor - operands));
      std::vector<Expr>& seen = passes ? reach.within : reach.elements;
      if (std::ranges::any_of(seen, [&](const Expr& other) { return same_element(*other, node); }))
        return;
      seen.push_back(std::make_shared<const Node>(node));
      reach.is_complete = reach.within.size() + reach.elements.size() <= most;
      if (!passes)
        return;
      std::vector<IndexExpr> indices;
      for (const Subscript& subscript : node.subscripts)
        indices.push_back(subscript.index);
      const size_t read = static_cast<size_t>(node.tensor - operands);
      self(self, substitute(stages.equations[read].body, indices));
    });
  };
  visit(visit, stages.equations[e].body);
  return reach;
}

} // namespace fovea::kernels
