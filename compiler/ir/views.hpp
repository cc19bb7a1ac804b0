#pragma once
#include <fovea/definition/definition.hpp>

// Judgements on definitions that need neither names nor IR.
namespace fovea::ir {

// One result that holds operand 0's elements, unchanged and in the same row-major order: flatten,
// reshape. Such a result can share the operand's memory. Sound, not complete: an index expression
// that does not simplify gives false.
bool is_row_major_view(const Definition& definition);

// A row-major view that keeps the type as well: dropout at inference.
bool is_identity(const Definition& definition);

} // namespace fovea::ir
