#pragma once
#include "compiler/kernels/channel_vectors.hpp"

#include <fovea/catalogue/problem.hpp>

#include <optional>
#include <vector>

// A convolution (or any contraction) of whose result only what pooling makes of whole maps is
// wanted: an average, a sum, a maximum. The map itself exists a few blocks of channels at a time.
//   T(b, i, y, x) = f(sum(l, m, n) V(b, l, y + m, x + n) K(i, l, m, n))
//   Z(b, i) = g(reduce(y, x) T(b, i, y, x))
namespace fovea::kernels {

struct PooledContraction {
  struct Part {
    catalogue::Problem problem;         // of this part alone; T has its columns in blocks
    std::vector<Stage::Source> sources; // of its operands
  };
  std::vector<Part> parts; // the contraction, the pooling
  ChannelWindows windows;  // of the pooling: each a whole map
};

// By structure: where indices stand.
std::optional<PooledContraction> pooled_contraction(const catalogue::Problem& problem);

// The parts' own systems, one after another (not yet simplified).
Definition pooled_contraction_system(const catalogue::Problem& problem,
                                     const PooledContraction& pooled);

} // namespace fovea::kernels
