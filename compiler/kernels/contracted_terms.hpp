#pragma once
#include "compiler/kernels/lowering.hpp"

// Sums of products, as the lowering sees them.
namespace fovea::kernels {

// Without conversions between floats that are computed alike.
const Node& without_equal_casts(const Node& node);
bool is_product(const Node& node); // of floats
// Is the sum computed under flags?
bool are_terms_contracted(const Definition& stages, const Equation& equation,
                          SumArithmetic arithmetic);

} // namespace fovea::kernels
