// Damage to a valid file, as random as a seed.
#pragma once

#include <cstdint>
#include <random>
#include <string>

namespace fovea_fuzz {

using Random = std::mt19937_64;

// From 0 to below `count`, which is above 0. The same on every platform, unlike the standard
// distributions.
inline std::size_t below(Random& random, std::size_t count) {
  return std::size_t(random() % count);
}

// One to four changes: bits, bytes, whole numbers that programs trip over, slices that are cut out,
// doubled or taken from `other`, an early end.
std::string mutate(std::string bytes, const std::string& other, Random& random);

} // namespace fovea_fuzz
