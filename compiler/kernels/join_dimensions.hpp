#pragma once
#include <fovea/definition/definition.hpp>

namespace fovea::kernels {

// Neighbouring dimensions that are only ever walked together become one, of operands as well: over
// the same memory. No index has an empty range.
void join_dimensions(Definition& definition);

} // namespace fovea::kernels
