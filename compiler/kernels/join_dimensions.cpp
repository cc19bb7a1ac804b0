#include "compiler/kernels/join_dimensions.hpp"

#include "compiler/kernels/nodes.hpp"
#include "compiler/kernels/reads.hpp"

#include <algorithm>

namespace fovea::kernels {
namespace {

using Flags = std::vector<std::vector<bool>>;

void count_uses(const IndexExpr& expr, std::vector<int>& uses) {
  for_each_index(expr, [&](int index) { ++uses[static_cast<size_t>(index)]; });
}

// Which neighbours may be joined: of each tensor's dimensions (d, d + 1), of each equation's
// indices (k, k + 1).
struct Joins {
  Flags tensors, indices;
};

// The number of the index that a subscript is, walking the whole dimension; -1 where it is more.
int whole_index(const Equation& equation, const Subscript& subscript, int64_t extent) {
  const int index = subscript.boundary == Boundary::none ? single_index(subscript.index) : -1;
  return index >= 0 && extent_of(equation, index) == extent ? index : -1;
}

// Falsifies flags until reads and equations agree; true when something changed.
bool constrain(const Definition& definition, Joins& joins) {
  bool changed = false;
  const auto clear = [&](std::vector<bool>& flags, size_t k) {
    if (k < flags.size() && flags[k]) {
      flags[k] = false;
      changed = true;
    }
  };
  for_each_read(definition, [&](size_t e, const Node& node) {
    const Equation& equation = definition.equations[e];
    std::vector<bool>& indices = joins.indices[e];
    std::vector<bool>& dims = joins.tensors[static_cast<size_t>(node.tensor)];
    const Shape shape = definition.type_of(node.tensor).shape;
    std::vector<int> uses(static_cast<size_t>(index_count(equation))), at;
    for (size_t d = 0; d < node.subscripts.size(); ++d) {
      count_uses(node.subscripts[d].index, uses);
      at.push_back(whole_index(equation, node.subscripts[d], shape[static_cast<int>(d)]));
    }
    std::vector<bool> joined(indices.size(), false);
    for (size_t d = 0; d < dims.size(); ++d) {
      const int k = at[d];
      const bool together = k >= 0 && at[d + 1] == k + 1 &&
                            static_cast<size_t>(k) < indices.size() &&
                            indices[static_cast<size_t>(k)];
      if (!together)
        clear(dims, d);
      else if (dims[d])
        joined[static_cast<size_t>(k)] = true;
    }
    for (size_t k = 0; k < indices.size(); ++k) {
      const bool used = uses[k] || uses[k + 1];
      if (used && !(joined[k] && uses[k] == 1 && uses[k + 1] == 1))
        clear(indices, k);
    }
  });
  for (size_t e = 0; e < definition.equations.size(); ++e) {
    std::vector<bool>& dims = joins.tensors[definition.operands.size() + e];
    for (size_t d = 0; d < dims.size(); ++d)
      if (!dims[d] || !joins.indices[e][d]) {
        clear(dims, d);
        clear(joins.indices[e], d);
      }
  }
  return changed;
}

Joins find_joins(const Definition& definition) {
  Joins joins;
  const size_t tensors = definition.operands.size() + definition.equations.size();
  for (size_t t = 0; t < tensors; ++t) {
    const int rank = definition.type_of(static_cast<int>(t)).shape.rank();
    joins.tensors.emplace_back(static_cast<size_t>(std::max(rank - 1, 0)), true);
  }
  for (const Equation& equation : definition.equations) {
    const auto count = static_cast<size_t>(index_count(equation));
    joins.indices.emplace_back(count ? count - 1 : 0, true);
    if (!equation.free.empty() && !equation.reduced.empty())
      joins.indices.back()[equation.free.size() - 1] = false;
    for_each_node(equation.body, [&](const Node& node) { // a value that needs its indices
      std::vector<int> uses(count);
      count_uses(node.index, uses);
      for (size_t k = 0; k + 1 < count; ++k)
        if (uses[k] || uses[k + 1])
          joins.indices.back()[k] = false;
    });
  }
  while (constrain(definition, joins)) {
  }
  return joins;
}

std::vector<IndexRange> join_ranges(const std::vector<IndexRange>& ranges,
                                    const std::vector<bool>& joined, size_t first) {
  std::vector<IndexRange> result;
  for (size_t k = 0; k < ranges.size(); ++k)
    if (k > 0 && joined[first + k - 1]) {
      result.back().name += "_" + ranges[k].name;
      result.back().extent *= ranges[k].extent;
    } else {
      result.push_back(ranges[k]);
    }
  return result;
}

Shape join_shape(const Shape& shape, const std::vector<bool>& joined) {
  Shape result;
  for (int d = 0; d < shape.rank(); ++d)
    if (d > 0 && joined[static_cast<size_t>(d - 1)])
      result[result.rank() - 1] *= shape[d];
    else
      result.push_back(shape[d]);
  return result;
}

} // namespace

void join_dimensions(Definition& definition) {
  const Joins joins = find_joins(definition);
  for (size_t e = 0; e < definition.equations.size(); ++e) {
    Equation& equation = definition.equations[e];
    const std::vector<bool>& joined = joins.indices[e];
    // Every index of a group becomes the group's; only the group's first is read again below.
    std::vector<IndexExpr> indices;
    int group = -1;
    for (size_t k = 0; k < static_cast<size_t>(index_count(equation)); ++k)
      indices.push_back(IndexExpr::of(k > 0 && joined[k - 1] ? group : ++group));
    equation.body = rebuild(substitute(equation.body, indices), [&](Node node) {
      std::vector<Subscript> kept;
      for (size_t d = 0; d < node.subscripts.size(); ++d)
        if (d == 0 || !joins.tensors[static_cast<size_t>(node.tensor)][d - 1])
          kept.push_back(node.subscripts[d]);
      node.subscripts = std::move(kept);
      return node_of(std::move(node));
    });
    const size_t free = equation.free.size();
    equation.free = join_ranges(equation.free, joined, 0);
    equation.reduced = join_ranges(equation.reduced, joined, free);
  }
  for (size_t t = 0; t < definition.operands.size(); ++t)
    definition.operands[t].type.shape =
        join_shape(definition.operands[t].type.shape, joins.tensors[t]);
}

} // namespace fovea::kernels
