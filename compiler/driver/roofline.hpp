#pragma once
#include <fovea/catalogue/target.hpp>

#include <cstdint>

// What this machine can do at best: the roofline model's two numbers (S. Williams, A. Waterman,
// D. Patterson, "Roofline: an insightful visual performance model", 2009), measured.
namespace fovea::driver {

struct Roofline {
  int threads = 1;             // that worked together
  double flops_per_second = 0; // f32; a multiply-add is two
  double bytes_per_second = 0; // read from main memory
};

// Takes about a third of a second. `threads` >= 1. Throws std::system_error where the system has
// no more threads, std::bad_alloc.
Roofline measure_roofline(int threads);
// With the instructions that code for `target` may use; this machine must have them.
Roofline measure_roofline(int threads, const catalogue::Target& target);

// Bytes a second at which `threads` threads read `bytes` bytes, their parts together, over and
// over: that of the nearest caches that hold them, or of memory. Pure reading is the fastest
// traffic there is, so no kernel is faster unless its data are nearer. Takes about a tenth of a
// second.
double measure_bandwidth(int threads, int64_t bytes);

} // namespace fovea::driver
