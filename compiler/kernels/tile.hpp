#pragma once
#include "compiler/kernels/narrow_stages.hpp"

#include <fovea/catalogue/target.hpp>
#include <fovea/definition/definition.hpp>

#include <vector>

// Which elements of a reduction are accumulated at once, in registers.
namespace fovea::kernels {

// Lines that lie a multiple of this apart share the places of one set of the first cache, which has
// as many places as its size has multiples.
inline constexpr int64_t set_bytes = 4096;

// An innermost loop over no more terms, such as a kernel's row, is written out.
inline constexpr int64_t most_terms_written_out = 8;

// How the elements of a root are made a tile at a time; -1: no such dimension.
struct Tile {
  int vector = -1;     // position of the vectorised dimension
  int64_t lanes = 1;   // of one vector
  int64_t vectors = 1; // vectors in a tile
  struct Step {
    int position;
    int64_t size;
  };
  std::vector<Step> unrolled; // whose steps share loads
  int dot = -1;               // reduced dimension that is vectorised instead
  double cycles = 1;          // estimated, of one vector of terms, what is wasted counted in

  int64_t accumulators() const;
  // By how much the tile advances along a dimension; 0: the dimension is not of the tile.
  int64_t step_of(int position) const;
};

Tile choose_tile(const Definition& stages, const Equation& sum, const catalogue::Target& target,
                 const NarrowStages& narrow = {});

} // namespace fovea::kernels
