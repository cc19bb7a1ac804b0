#pragma once
#include "compiler/kernels/contraction_stages.hpp"
#include "compiler/kernels/register_tile.hpp"

#include <string>
#include <vector>

// The loops over the terms of a contraction's sum, around its register tile.
namespace fovea::kernels {

struct TermLoops {
  std::string split;                      // a directive, or nothing
  std::vector<std::string> order;         // innermost first
  std::vector<std::string> unrolled = {}; // of them
};

// The last channel index innermost, written out, then windows, then other channels.
TermLoops term_loops(const ContractionStages& parts, const TileShape& tile);

} // namespace fovea::kernels
