#include <fovea/catalogue/machine.hpp>

#include <algorithm>

namespace fovea::catalogue {

namespace {

constexpr double units = 2; // that compute with vectors

double flops_a_cycle(const Target& target) {
  return units * target.lanes(4) * (target.fma || target.arch == "aarch64" ? 2 : 1);
}

} // namespace

double Machine::cycle(const Target& target) const {
  return flops_a_cycle(target) / flops_per_second;
}

// Of the L3 cache a kernel finds its data in this part: the rest of the network's, and what other
// processes use, lie there too.
double Machine::bandwidth(int64_t bytes, const Target& target) const {
  if (bytes <= target.l2_bytes)
    return cached_bytes_per_second;
  const bool shared = shared_bytes_per_second > 0 && bytes <= target.l3_bytes / 4;
  return shared ? shared_bytes_per_second : bytes_per_second;
}

// Server processors of today: 3 GHz, two multiply-adds a cycle, 32 bytes of L2 a cycle.
Machine Machine::nominal(const Target& target) {
  constexpr double hertz = 3e9;
  Machine machine;
  machine.flops_per_second = hertz * flops_a_cycle(target);
  machine.cached_bytes_per_second = hertz * 32;
  machine.parallel_speedup = target.threads;
  machine.bytes_per_second = 15e9 * std::min(target.threads, 4);
  machine.shared_bytes_per_second = 2 * machine.bytes_per_second;
  return machine;
}

} // namespace fovea::catalogue
