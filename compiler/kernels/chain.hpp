#pragma once
#include <fovea/definition/definition.hpp>

#include <optional>
#include <vector>

// Definitions in which one reduction follows another: Y = f(sum V K), Z = g(sum Y L).
namespace fovea::kernels {

// One part per reduction, with what follows from it element by element and the tables that it
// reads. Each part but the first reads one tensor of the part before, as its own operand that comes
// last, and operands of the whole; names are kept. `compose` joins the parts again. None where a
// part reads anything else, or where the result is not the last part's.
std::optional<std::vector<Stage>> parts_of_chain(const Definition& definition);

} // namespace fovea::kernels
