#pragma once
#include <fovea/definition/definition.hpp>

#include <vector>

// A factor of a contraction in the order in which the loops take it.
namespace fovea::kernels {

struct Packing {
  Equation equation;            // the factor packed; it reads the tensor that the contraction reads
  std::vector<Subscript> reads; // the packed factor's subscripts in the contraction
};

// `order`: the contraction's indices that the factor's read holds, outermost first. What lies
// beyond the tensor, for blocks that are not full, is 0.
Packing pack(const Definition& definition, const Equation& contraction, const Node& read,
             const std::vector<int>& order);

// The contraction reads the packed factor: the operand itself, if it comes `prepared`, whose type
// changes, else a new equation in front of the contraction, whose number moves.
void use_packing(Definition& definition, int& contraction, int operand, Packing packing,
                 bool prepared);

// The packing alone, as the definition of a preparation.
Definition preparation_of(const Definition& definition, int operand, Packing packing);

} // namespace fovea::kernels
