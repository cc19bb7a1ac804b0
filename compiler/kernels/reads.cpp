#include "compiler/kernels/reads.hpp"

#include "compiler/kernels/lists.hpp"

namespace fovea::kernels {

const Node* read_of(const Equation& equation, int tensor) {
  const Node* found = nullptr;
  for_each_read(equation.body, [&](const Node& read) {
    if (read.tensor == tensor)
      found = &read;
  });
  return found;
}

int count_reads(const Definition& definition, int tensor) {
  int reads = 0;
  for_each_read(definition, [&](size_t, const Node& read) { reads += read.tensor == tensor; });
  return reads;
}

bool has_boundary(const Definition& definition, int tensor, int axis) {
  bool found = false;
  for_each_read(definition, [&](size_t, const Node& read) {
    found |= read.tensor == tensor &&
             read.subscripts[static_cast<size_t>(axis)].boundary != Boundary::none;
  });
  return found;
}

bool reads_own_element(const Node& read) {
  for (size_t d = 0; d < read.subscripts.size(); ++d)
    if (plain_index(read.subscripts[d]) != static_cast<int>(d))
      return false;
  return true;
}

bool is_elementwise(const Equation& equation, const std::vector<int>& own) {
  bool elementwise = !equation.reduction;
  for_each_read(equation.body, [&](const Node& read) {
    if (contains(own, read.tensor)) {
      elementwise &= reads_own_element(read);
      return;
    }
    for (const Subscript& subscript : read.subscripts)
      elementwise &= plain_index(subscript) >= 0 ||
                     (subscript.boundary == Boundary::none && subscript.index.is_constant());
  });
  return elementwise;
}

std::vector<int> uses_of(const Equation& equation, const Node& read) {
  std::vector<int> uses(static_cast<size_t>(index_count(equation)));
  for (const Subscript& subscript : read.subscripts)
    for_each_index(subscript.index, [&](int index) { ++uses[static_cast<size_t>(index)]; });
  return uses;
}

const Node& without_casts(const Node& node) {
  const Node* bare = &node;
  while (bare->kind == Node::Kind::cast)
    bare = bare->args[0].get();
  return *bare;
}

std::optional<ReadPair> factors_of_sum(const Equation& equation) {
  const Node& product = without_casts(*equation.body);
  if (equation.reduction != ReduceKind::sum || product.kind != Node::Kind::op ||
      product.op != ScalarOp::mul)
    return std::nullopt;
  const ReadPair factors{&without_casts(*product.args[0]), &without_casts(*product.args[1])};
  for (const Node* factor : {factors.first, factors.second})
    if (factor->kind != Node::Kind::read || is_gather(*factor))
      return std::nullopt;
  return factors.first->tensor == factors.second->tensor ? std::nullopt : std::optional(factors);
}

} // namespace fovea::kernels
