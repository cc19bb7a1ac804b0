#pragma once
#include "compiler/kernels/narrow_stages.hpp"
#include "compiler/kernels/placement.hpp"

#include <fovea/catalogue/target.hpp>

// Stages of the generic lowering that are larger than the cache, one read by the next: they run in
// strips of the last one, so that what lies between them is still in the cache where it is read.
namespace fovea::kernels {

struct Strips {
  struct Cut {
    int dimension = -1; // of the host's elements; the ones before it are cut into single elements
    int64_t size = 0;   // of a strip, along it
    explicit operator bool() const { return dimension >= 0; }
  };
  std::vector<int> hosts; // per equation: the root in whose strips it is computed; -1: whole
  std::vector<Cut> cuts;  // per equation: how its own elements are cut for those that it hosts

  bool is_whole(size_t e) const { return hosts[e] < 0; }
  std::vector<size_t> hosted_by(size_t root) const;
};

Strips plan_strips(const Definition& stages, const Placement& placement,
                   const catalogue::Target& target, const NarrowStages& narrow = {});

// The stage with, of each free dimension, no more elements than any strip of its host needs, where
// strips have `size` elements: what may be computed at once.
Equation in_strips(const Definition& stages, const Placement& placement, const Strips& strips,
                   size_t guest, int64_t size);

} // namespace fovea::kernels
