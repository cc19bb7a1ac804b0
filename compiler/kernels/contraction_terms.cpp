#include "compiler/kernels/contraction_terms.hpp"

#include "compiler/kernels/indices.hpp"
#include "compiler/kernels/lists.hpp"

#include <fovea/catalogue/integers.hpp>

#include <algorithm>

namespace fovea::kernels {
namespace {

using catalogue::largest_divisor;

// Multiply-adds in one loop body: more leave the cache of decoded instructions (a 5x5 window on 6
// channels, all written out: 95 GFLOP/s instead of 220).
constexpr int64_t most_unrolled = 320;
// In a body of so many a loop costs nothing. Windows that overlap stay loops then: written out,
// LLVM loads a pixel that two of them see once, has no register to keep it in, and stores it.
constexpr int64_t enough_unrolled = 64;

// Do neighbours of the tile read the same pixels, at different steps of the window's term?
bool shares_pixels(const ContractionStages& parts, const TileShape& tile, int term,
                   int64_t extent) {
  return std::ranges::any_of(parts.contraction.windows, [&](const Contraction::Window& window) {
    const int64_t pixels = window.row == parts.row(1)   ? tile.width
                           : window.row == parts.row(2) ? tile.height
                                                        : 1;
    return window.term == term && pixels > 1 && window.dilation * (extent - 1) >= window.stride;
  });
}

} // namespace

TermLoops term_loops(const ContractionStages& parts, const TileShape& tile) {
  const Equation& sum = parts.equation(parts.sum);
  const int free = static_cast<int>(sum.free.size());
  const auto range = [&](int r) -> const IndexRange& {
    return sum.reduced[static_cast<size_t>(r - free)];
  };
  std::vector<int> channels = parts.contraction.channels, windows;
  std::ranges::reverse(channels);
  for (int r = index_count(sum) - 1; r >= free; --r)
    if (!contains(channels, r))
      windows.push_back(r);
  TermLoops loops;
  if (channels.empty()) {
    for (const int r : windows)
      loops.order.push_back(range(r).name);
    return loops;
  }
  int64_t body = tile.accumulators();
  const IndexRange& channel = range(channels[0]);
  const int64_t most = std::max<int64_t>(most_unrolled / body, 1);
  const int64_t size = largest_divisor(channel.extent, std::min<int64_t>(most, 16));
  if (size == channel.extent) {
    loops.order.push_back(channel.name);
    loops.unrolled.push_back(channel.name);
  } else if (size > 1) {
    const std::string& name = channel.name;
    loops.split =
        " split(" + name + ", " + name + "_t, " + name + "_u, " + std::to_string(size) + ")";
    loops.order.push_back(name + "_u");
    loops.unrolled.push_back(name + "_u");
  }
  body *= size;
  for (const int r : windows) {
    loops.order.push_back(range(r).name);
    const bool shares = body >= enough_unrolled && shares_pixels(parts, tile, r, range(r).extent);
    if (!shares && body * range(r).extent <= most_unrolled) {
      loops.unrolled.push_back(range(r).name);
      body *= range(r).extent;
    }
  }
  if (size != channel.extent)
    loops.order.push_back(size > 1 ? channel.name + "_t" : channel.name);
  for (size_t k = 1; k < channels.size(); ++k)
    loops.order.push_back(range(channels[k]).name);
  return loops;
}

} // namespace fovea::kernels
