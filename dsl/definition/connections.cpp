#include "dsl/definition/boundary.hpp"

#include <fovea/definition/connections.hpp>
#include <fovea/error.hpp>

#include <map>
#include <optional>
#include <set>

namespace fovea {
namespace {

constexpr int64_t most_terms = 1'000'000;

// What one element is made of: elements of the input, each with its weight.
using Sources = std::set<std::pair<int64_t, int64_t>>;

class Walk {
 public:
  Walk(const Definition& definition, int input, int weights)
      : definition_(definition), input_(input), weights_(weights) {}

  // Of element `offset` of equation `number`. Elements of inner equations are walked once.
  const Sources& sources(size_t number, int64_t offset) {
    const std::pair<size_t, int64_t> key{number, offset};
    if (const auto known = known_.find(key); known != known_.end())
      return known->second;
    const Equation& equation = definition_.equations[number];
    std::vector<int64_t> indices(equation.free.size() + equation.reduced.size());
    for (size_t d = equation.free.size(); d-- > 0; offset /= equation.free[d].extent)
      indices[d] = offset % equation.free[d].extent;
    Sources found;
    terms(equation, equation.free.size(), indices, found);
    return known_[key] = std::move(found);
  }

 private:
  // All values of the reduced indices from number `next` on.
  void terms(const Equation& equation, size_t next, std::vector<int64_t>& indices, Sources& found) {
    if (next < indices.size()) {
      const int64_t extent = equation.reduced[next - equation.free.size()].extent;
      for (int64_t k = 0; k < extent; ++k) {
        indices[next] = k;
        terms(equation, next + 1, indices, found);
      }
      return;
    }
    if (++terms_ > most_terms)
      throw Error({.what = "connections of '" + definition_.name + "': there are too many",
                   .expected = "up to a million terms",
                   .hint = "take smaller shapes"});
    term(equation, indices, found);
  }

  void term(const Equation& equation, const std::vector<int64_t>& indices, Sources& found) {
    Sources own; // from what is read in this term
    std::vector<int64_t> weights;
    const int operands = static_cast<int>(definition_.operands.size());
    for_each_node(equation.body, [&](const Node& node) {
      if (node.kind != Node::Kind::read)
        return;
      const std::optional<int64_t> offset = place(node, indices);
      if (!offset)
        return;
      if (node.tensor == input_)
        own.emplace(*offset, -1);
      else if (node.tensor == weights_)
        weights.push_back(*offset);
      else if (node.tensor >= operands)
        own.merge(Sources(sources(static_cast<size_t>(node.tensor - operands), *offset)));
    });
    for (const auto& [from, weight] : own)
      if (weight >= 0 || weights.empty())
        found.emplace(from, weight);
      else
        for (const int64_t one : weights)
          found.emplace(from, one);
  }

  // The element that is read; none outside a tensor that has a value there.
  std::optional<int64_t> place(const Node& read, const std::vector<int64_t>& indices) const {
    const Shape shape = definition_.type_of(read.tensor).shape;
    int64_t offset = 0;
    for (int d = 0; d < shape.rank(); ++d) {
      const Subscript& subscript = read.subscripts[static_cast<size_t>(d)];
      if (subscript.computed)
        throw Error(
            {.what = "connections of '" + definition_.name + "': a place is computed while it runs",
             .expected = "reads at expressions of indices"});
      const std::optional<int64_t> index =
          place_within(evaluate(subscript.index, indices), shape[d], subscript.boundary);
      if (!index)
        return std::nullopt;
      offset = offset * shape[d] + *index;
    }
    return offset;
  }

  const Definition& definition_;
  const int input_, weights_;
  int64_t terms_ = 0;
  std::map<std::pair<size_t, int64_t>, Sources> known_;
};

} // namespace

std::vector<Connection> connections(const Definition& definition, int input, int weights) {
  Walk walk(definition, input, weights);
  const auto result = static_cast<size_t>(definition.results.front());
  const int64_t elements = definition.equations[result].shape().elements();
  if (elements < 0 || elements > most_terms)
    throw Error({.what = "connections of '" + definition.name + "': there are too many",
                 .expected = "a result of up to a million elements",
                 .got = to_string(definition.equations[result].shape()),
                 .hint = "take smaller shapes"});
  std::vector<Connection> list;
  for (int64_t to = 0; to < elements; ++to)
    for (const auto& [from, weight] : walk.sources(result, to))
      list.push_back({from, to, weight});
  return list;
}

} // namespace fovea
