#pragma once
#include "compiler/kernels/channel_vectors.hpp"

#include <fovea/catalogue/schedule.hpp>

// What pooling needs beside channel_vectors.hpp.
namespace fovea::kernels {

// A problem whose reduction stands behind tables of what depends on few indices only: how many
// elements of a window count, for an average. From
//   Z(b, c, y, x) = S(b, c, y, x) / ((min(8 - 2 y, 3) - ...) (min(8 - 2 x, 3) - ...))
// to N(y, x) = ..., Z(b, c, y, x) = S(b, c, y, x) / N(y, x).
struct Tabled {
  catalogue::Problem problem;
  ChannelWindows windows;
};
Tabled with_tables(const catalogue::Problem& problem, const ChannelWindows& windows);
// Are there any?
bool has_tables(const catalogue::Problem& problem, const ChannelWindows& windows);

// One window that is the whole map, row-major: its elements are neighbours, reduced in interleaved
// parts (interleave.hpp).
bool is_whole_map(const catalogue::Problem& problem);
Definition whole_map_stages(const catalogue::Problem& problem);
catalogue::Schedule whole_map_schedule(const catalogue::Problem& problem);
double whole_map_cycles(const catalogue::Problem& problem); // estimated, of one core

} // namespace fovea::kernels
