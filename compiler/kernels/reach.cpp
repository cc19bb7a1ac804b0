#include "compiler/kernels/reach.hpp"

#include "compiler/kernels/nodes.hpp"

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

class Finder {
 public:
  Finder(const Definition& stages, const std::function<bool(size_t)>& looks_through, size_t most)
      : stages_(stages), looks_through_(looks_through), most_(most) {}

  void visit(const Expr& body) {
    const int operands = static_cast<int>(stages_.operands.size());
    for_each_node(body, [&](const Node& node) {
      if (node.kind != Node::Kind::read || !reach_.is_complete)
        return;
      const bool passes =
          node.tensor >= operands && looks_through_(static_cast<size_t>(node.tensor - operands));
      std::vector<Expr>& seen = passes ? reach_.within : reach_.elements;
      if (std::ranges::any_of(seen, [&](const Expr& other) { return same_element(*other, node); }))
        return;
      seen.push_back(node_of(node));
      reach_.is_complete = reach_.within.size() + reach_.elements.size() <= most_;
      if (!passes)
        return;
      std::vector<IndexExpr> indices;
      for (const Subscript& subscript : node.subscripts)
        indices.push_back(subscript.index);
      visit(
          substitute(stages_.equations[static_cast<size_t>(node.tensor - operands)].body, indices));
    });
  }
  Reach result() { return std::move(reach_); }

 private:
  const Definition& stages_;
  const std::function<bool(size_t)>& looks_through_;
  const size_t most_;
  Reach reach_;
};

} // namespace

Reach reach_of(const Definition& stages, size_t e, const std::function<bool(size_t)>& looks_through,
               size_t most) {
  Finder finder(stages, looks_through, most);
  finder.visit(stages.equations[e].body);
  return finder.result();
}

Reach reach_of(const Definition& stages, size_t e, const std::function<bool(size_t)>& looks_through,
               size_t most, const Neighbours& neighbours) {
  const Equation& equation = stages.equations[e];
  std::vector<IndexExpr> own;
  for (size_t k = 0; k < equation.free.size(); ++k)
    own.push_back(IndexExpr::of(static_cast<int>(k)));
  Finder finder(stages, looks_through, most);
  for (int64_t step = 0; step < neighbours.count; ++step) {
    std::vector<IndexExpr> indices = own;
    indices[neighbours.dimension] = own[neighbours.dimension] + IndexExpr{step, {}};
    finder.visit(substitute(equation.body, indices));
  }
  return finder.result();
}

} // namespace fovea::kernels
