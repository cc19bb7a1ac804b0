#include "compiler/kernels/whole_maps.hpp"

#include "compiler/kernels/nodes.hpp"
#include "compiler/kernels/reads.hpp"
#include "compiler/kernels/rewrite.hpp"

#include <algorithm>
#include <optional>

namespace fovea::kernels {
namespace {

// Which dimension of the result each of the reduction's is, where every other equation has the
// result's dimensions and reads the reduction so; the dimensions that are left have extent 1.
std::optional<std::vector<int>> places_in_result(const Definition& definition) {
  const Equation& result = definition.equations[static_cast<size_t>(definition.results[0])];
  const Equation& reduction = definition.equations[0];
  std::vector<int> places;
  bool agree = true;
  const auto agree_on = [&](const std::vector<int>& found) {
    agree &= places.empty() || places == found;
    places = found;
  };
  if (&result == &reduction)
    for (int k = 0; k < static_cast<int>(reduction.free.size()); ++k)
      places.push_back(k);
  for (size_t e = 1; e < definition.equations.size(); ++e) {
    agree &= definition.equations[e].shape() == result.shape();
    for_each_node(definition.equations[e].body, [&](const Node& node) {
      if (node.kind != Node::Kind::read || node.tensor != definition.tensor_of_equation(0))
        return;
      std::vector<int> found;
      for (const Subscript& subscript : node.subscripts)
        found.push_back(plain_index(subscript));
      agree_on(found);
    });
  }
  agree &= places.size() == reduction.free.size(); // else nothing reads it
  int64_t elements = 1;
  for (size_t q = 0; agree && q < places.size(); ++q) {
    agree &= places[q] >= 0 && (q == 0 || places[q] > places[q - 1]);
    elements *= reduction.free[q].extent;
  }
  return agree && elements == result.shape().elements() ? std::optional(places) : std::nullopt;
}

// Free indices of extent 1 that the read does not have move its axes that walk a whole map, in
// order.
void add_unused(const Equation& reduction, Node& read) {
  const int free = static_cast<int>(reduction.free.size());
  const std::vector<int> uses = uses_of(reduction, read);
  auto axis = read.subscripts.begin();
  for (int k = 0; k < free; ++k) {
    if (uses[static_cast<size_t>(k)] > 0 || reduction.free[static_cast<size_t>(k)].extent != 1)
      continue;
    axis = std::find_if(axis, read.subscripts.end(), [&](const Subscript& subscript) {
      return subscript.index.terms.size() == 1 &&
             subscript.index.terms[0].kind == IndexTerm::Kind::index &&
             subscript.index.terms[0].index >= free;
    });
    if (axis == read.subscripts.end())
      return;
    axis->index = axis->index + IndexExpr::of(k);
    ++axis;
  }
}

} // namespace

Definition whole_maps_as_windows(const Definition& definition) {
  if (definition.results.size() != 1 || definition.equations.empty() ||
      !definition.equations[0].reduction ||
      without_casts(*definition.equations[0].body).kind != Node::Kind::read)
    return definition;
  const auto places = places_in_result(definition);
  if (!places)
    return definition;
  Definition result = definition;
  Equation& reduction = result.equations[0];
  std::vector<IndexExpr> indices;
  for (const int place : *places)
    indices.push_back(IndexExpr::of(place));
  reduction.free = definition.equations[static_cast<size_t>(definition.results[0])].free;
  for (size_t r = 0; r < reduction.reduced.size(); ++r)
    indices.push_back(IndexExpr::of(static_cast<int>(reduction.free.size() + r)));
  reduction.body = rebuild(substitute(reduction.body, indices), [&](Node node) -> Expr {
    if (node.kind == Node::Kind::read)
      add_unused(reduction, node);
    return node_of(std::move(node));
  });
  const std::vector<Subscript> own = own_subscripts(reduction);
  rewrite_reads(result, result.tensor_of_equation(0), [&](Node node) {
    node.subscripts = own;
    return node_of(std::move(node));
  });
  return result;
}

} // namespace fovea::kernels
