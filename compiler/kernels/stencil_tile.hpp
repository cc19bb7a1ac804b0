#pragma once
#include "compiler/kernels/narrow_stages.hpp"
#include "compiler/kernels/placement.hpp"

#include <fovea/catalogue/target.hpp>

// Elementwise stages whose elements are computed from windows, as a filter's are: windows of
// neighbouring rows overlap, and what two rows have in common is loaded and computed once where
// both are computed together.
namespace fovea::kernels {

struct StencilTile {
  int64_t rows = 1;  // at once: the dimension before the last
  int64_t lanes = 1; // of one vector, along the last
};

// Of a root that hosts no reductions. `own`: the root, as large as it is where it is computed;
// `lanes`: as many as one register holds.
StencilTile choose_stencil_tile(const Definition& stages, const Placement& placement, size_t root,
                                const Equation& own, const catalogue::Target& target, int64_t lanes,
                                const NarrowStages& narrow = {});

} // namespace fovea::kernels
