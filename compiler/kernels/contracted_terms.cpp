#include "compiler/kernels/contracted_terms.hpp"

#include "compiler/kernels/expressions.hpp"

namespace fovea::kernels {

const Node& without_equal_casts(const Node& node) {
  const Node* bare = &node;
  while (bare->kind == Node::Kind::cast && is_float(bare->args[0]->type) &&
         compute_type(bare->args[0]->type) == compute_type(bare->type))
    bare = bare->args[0].get();
  return *bare;
}

bool is_product(const Node& node) {
  return node.kind == Node::Kind::op && node.op == ScalarOp::mul && is_float(node.type);
}

namespace {

// An element of an operand, or of a copy of one: however stages are placed, no test for NaN stands
// beside the flags.
bool is_stored_element(const Definition& stages, const Node& node) {
  const Node& read = without_equal_casts(node);
  if (read.kind != Node::Kind::read)
    return false;
  const int stage = read.tensor - static_cast<int>(stages.operands.size());
  if (stage < 0)
    return true;
  const Equation& equation = stages.equations[static_cast<size_t>(stage)];
  return !equation.reduction && is_stored_element(stages, *equation.body);
}

} // namespace

bool are_terms_contracted(const Definition& stages, const Equation& equation,
                          SumArithmetic arithmetic) {
  if (equation.reduction != ReduceKind::sum ||
      (equation.type != DType::f32 && equation.type != DType::f64))
    return false;
  if (arithmetic == SumArithmetic::contracted)
    return true;
  const Node& term = without_equal_casts(*equation.body);
  return is_product(term) && term.type == equation.type &&
         is_stored_element(stages, *term.args[0]) && is_stored_element(stages, *term.args[1]);
}

} // namespace fovea::kernels
