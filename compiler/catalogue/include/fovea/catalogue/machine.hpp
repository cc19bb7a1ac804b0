#pragma once
#include <fovea/catalogue/target.hpp>

// What a machine can do, for estimates: never in a cache key, and no schedule depends on it.
namespace fovea::catalogue {

struct Machine {
  double flops_per_second = 0;        // one core, f32 multiply-adds in full vectors count as two
  double bytes_per_second = 0;        // all cores, from memory
  double cached_bytes_per_second = 0; // one core, from its L2 cache
  double shared_bytes_per_second = 0; // all cores, from the L3 cache; 0: as from memory
  double parallel_speedup = 1;        // of the target's threads together over one
  double dispatch_seconds = 5e-6;     // until threads that wait have work

  // Of the nearest memory that holds so many bytes, which a kernel finds where the one before has
  // left them: of the L2 cache for one core, of the others for all.
  double bandwidth(int64_t bytes, const Target& target) const;

  // Seconds of one cycle in which two vectors of f32 are computed with.
  double cycle(const Target& target) const;

  // Without measuring: what such a target usually does.
  static Machine nominal(const Target& target);
};

} // namespace fovea::catalogue
