#pragma once
#include "compiler/kernels/channel_vectors.hpp"

#include <fovea/catalogue/algorithm.hpp>

#include <optional>
#include <vector>

// Chains of two or three convolutions, of which only the last one's result is kept: what lies
// between them exists a few rows at a time.
//   E(b, i, y, x) = f(sum(l) V(b, l, y, x) K(i, l))                    widens
//   D(b, i, y, x) = g(sum(m, n) E(b, i, y s + m, x s + n) L(i, m, n))  channel by channel
//   Z(b, o, y, x) = h(sum(i) D(b, i, y, x) M(o, i))                    narrows
// Each part is a contraction (contraction.hpp) or has windows channel by channel
// (channel_vectors.hpp), by structure; what lies between them has its channels in blocks.
namespace fovea::kernels {

struct RowChain {
  struct Part {
    catalogue::Problem problem;            // of this part alone
    std::vector<Stage::Source> sources;    // of its operands
    int weights = -1;                      // one of them; -1: pooling
    std::optional<ChannelWindows> windows; // none: a contraction

    Shape result() const; // [batch,] channels, rows, columns
    int64_t rows() const { return result()[result().rank() - 2]; }
    // That computes the part by itself.
    const catalogue::Algorithm& algorithm() const;
  };
  std::vector<Part> parts;

  int64_t batch() const {
    const Shape result = parts.back().result();
    return result.rank() > 3 ? result[0] : 1;
  }
};

std::optional<RowChain> row_chain(const catalogue::Problem& problem);

// The parts' own systems, one after another (not yet simplified).
Definition row_chain_system(const catalogue::Problem& problem, const RowChain& chain);

} // namespace fovea::kernels
