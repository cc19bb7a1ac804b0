#pragma once
#include <cstdint>
#include <vector>

// Placing buffers with lifetimes in one arena: plain numbers, no IR.
namespace fovea::passes {

inline constexpr int64_t arena_alignment = 64; // a cache line, and the widest vector

struct Buffer {
  int64_t bytes = 0;       // >= 0
  int first = 0, last = 0; // steps, both included, in which it holds something
  int64_t offset = 0;      // set by place_buffers: a multiple of arena_alignment
};

struct Arena {
  int64_t bytes = 0;
  int64_t lower_bound = 0; // most bytes alive in one step; no placement needs less
};

// Greedy by size, best fit: the largest buffers first, each into the smallest gap that holds it
// between those placed already that live at the same time (Pisarchyk, Lee, arXiv 2001.03288).
// Buffers of overlapping lifetimes never share bytes. Throws Error where the sum exceeds an int64.
Arena place_buffers(std::vector<Buffer>& buffers);

} // namespace fovea::passes
