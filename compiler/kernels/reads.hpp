#pragma once
#include "compiler/kernels/indices.hpp"

#include <optional>
#include <vector>

// What equations read, and at which of their indices.
namespace fovea::kernels {

// Visits the reads of a body; those of a definition with their equation's number.
template <class Visit>
void for_each_read(const Expr& body, Visit&& visit) {
  for_each_node(body, [&](const Node& node) {
    if (node.kind == Node::Kind::read)
      visit(node);
  });
}
template <class Visit>
void for_each_read(const Definition& definition, Visit&& visit) {
  for (size_t e = 0; e < definition.equations.size(); ++e)
    for_each_read(definition.equations[e].body, [&](const Node& read) { visit(e, read); });
}

// The read of `tensor` in an equation's body, where it stands once; null: it does not.
const Node* read_of(const Equation& equation, int tensor);
int count_reads(const Definition& definition, int tensor);
// Does any read of the tensor have a boundary rule for that dimension?
bool has_boundary(const Definition& definition, int tensor, int axis);

// The index that a subscript without a rule is; -1: it is something else.
inline int plain_index(const Subscript& subscript) {
  return subscript.boundary == Boundary::none ? single_index(subscript.index) : -1;
}
// Of a subscript that takes these places: does Boundary::reflect turn each at most once at either
// end of the dimension, so that two minima and maxima do it?
inline bool reflects_once(const Interval& places, int64_t extent) {
  return places.low >= 1 - extent && places.high <= 2 * (extent - 1);
}
// Is dimension k read at index k, each without a rule?
bool reads_own_element(const Node& read);
// Does an equation that reduces nothing read tensors in `own` at its own element only, and others
// at single indices and constant places?
bool is_elementwise(const Equation& equation, const std::vector<int>& own);

// How often each of the equation's indices stands in the subscripts of one of its reads.
std::vector<int> uses_of(const Equation& equation, const Node& read);

// What lies behind conversions.
const Node& without_casts(const Node& node);

// Of a sum of products of two tensors the reads, behind conversions, as they are written; none
// where the equation is something else, or reads at computed places.
struct ReadPair {
  const Node* first = nullptr;
  const Node* second = nullptr;
};
std::optional<ReadPair> factors_of_sum(const Equation& equation);

} // namespace fovea::kernels
