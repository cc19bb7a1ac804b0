#pragma once
#include <fovea/catalogue/kernel.hpp>

#include <string>

namespace fovea::driver {

// What a compiled kernel is found by, and two lines for a person who looks into the cache.
struct KernelKey {
  // Everything that decides the kernel's code: its definition with the names that schedules use,
  // the algorithm, the schedule, the target, the symbol, and which compiler made it. Equal texts,
  // equal kernels.
  std::string text;
  std::string what;   // "generic: dense(1x400xf32, 120x400xf32, 120xf32) -> 1x120xf32"
  std::string target; // as to_string(Target) writes it
};

KernelKey cache_key(const catalogue::KernelRequest& request);

// 32 hexadecimal digits: XXH3-128 of the key's text.
std::string digest_of(const KernelKey& key);

} // namespace fovea::driver
