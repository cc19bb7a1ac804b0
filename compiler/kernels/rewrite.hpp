#pragma once
#include <fovea/catalogue/problem.hpp>
#include <fovea/definition/definition.hpp>

// A definition rewritten into an equal one over other shapes: layouts, blocks, packed operands.
// What algorithms are made of; nothing here knows Halide.
namespace fovea::kernels {

// Each read of tensor `tensor` becomes `rewrite(read)`, in every equation.
template <class Rewrite>
void rewrite_reads(Definition& definition, int tensor, Rewrite&& rewrite) {
  for (Equation& equation : definition.equations)
    equation.body = rebuild(equation.body, [&](Node node) -> Expr {
      return node.kind == Node::Kind::read && node.tensor == tensor
                 ? rewrite(std::move(node))
                 : std::make_shared<const Node>(std::move(node));
    });
}

// Puts an equation in at place `at`; the numbers of later ones move. Its own body already uses the
// numbers that hold afterwards.
void insert_equation(Definition& definition, int at, Equation equation);

// Operand `operand` comes as stored in `layout`: its type and all that read it follow.
void store_operand(Definition& definition, int operand, const catalogue::Layout& layout);

// Dimension `axis` of operand `operand`, whose extent `inner` divides, as two neighbours, and two
// neighbours, the second of extent `inner`, as one: over the same memory; its type and all that
// read it follow. No read of what is split has a boundary rule there.
void split_operand(Definition& definition, int operand, int axis, int64_t inner);
void join_operand(Definition& definition, int operand, int axis, int64_t inner);

// Free dimension `axis` of equation `e` in blocks, each innermost: Z(b, i, x) becomes
// Z(b, i_o, x, i_i). Where the last block is not full, its surplus is computed from the last true
// elements' operands; nobody reads it. All that read the equation follow.
void block_equation(Definition& definition, int e, int axis, int64_t block);

// Free dimension `axis` of equation `e`, whose extent `inner` divides, as two neighbours.
void split_equation(Definition& definition, int e, int axis, int64_t inner);

// Reduced dimension `r` (a number among the reduced), whose extent `inner` divides, as two: the
// outer one in its place, the inner one last.
void split_reduced(Equation& equation, int r, int64_t inner);

// Result `result` is stored in `layout`; surplus elements are 0.
void store_result(Definition& definition, int result, const catalogue::Layout& layout);

// Where the last dimension of an equation is the inside of blocks of `axis`, whose elements number
// `extent`: 0 in the surplus. Nothing for reductions and where there is none.
void fill_surplus(Equation& equation, int axis, int64_t extent);

// The only result's equation is in blocks of `axis`: surplus elements become 0 where the problem
// stores it so, else a last equation puts the elements in their own order.
void finish_blocked_result(Definition& definition, const catalogue::Problem& problem, int axis,
                           int64_t block);

// All of them, in the problem's forms; its operands must not be prepared.
Definition in_stored_forms(const catalogue::Problem& problem);

// The read of every own index: what makes equation `e` a copy of one of its shape.
std::vector<Subscript> own_subscripts(const Equation& equation);

} // namespace fovea::kernels
