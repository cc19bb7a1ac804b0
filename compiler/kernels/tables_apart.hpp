#pragma once
#include <fovea/definition/definition.hpp>

namespace fovea::kernels {

// A sum over windows (window_product.hpp) with weights T(m, n), where T is an equation that no
// operand stands behind and the product of a column and a row: these become two equations of
// numbers in front of equation `e`, which is two more then. False where there is none.
bool take_table_apart(Definition& definition, int& e);

} // namespace fovea::kernels
