#pragma once
#include "compiler/kernels/register_tile.hpp"

#include <fovea/catalogue/schedule.hpp>
#include <fovea/catalogue/target.hpp>
#include <fovea/definition/definition.hpp>

// The schedule of a contraction whose columns are in blocks (blocked_columns.hpp).
namespace fovea::kernels {

// `stages`: what split_stages made of it.
catalogue::Schedule contraction_schedule(const Definition& stages, const catalogue::Target& target);

// The tile that the schedule uses, and the problem that it was chosen for.
struct ChosenTile {
  TileProblem problem;
  TileShape shape;
  int64_t tasks = 1; // that threads share; 1: it does not run in parallel
};
ChosenTile tile_of(const Definition& stages, const catalogue::Target& target);

} // namespace fovea::kernels
