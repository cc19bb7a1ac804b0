// A weights file, written from the description in abi.h.
#pragma once

#include "scratch_folder.hpp"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <vector>

namespace fovea_test {

struct Weights {
  std::string name;
  std::uint64_t fingerprint;
  std::vector<float> values;
  std::uint64_t parameters = 1;
};

inline std::string weights_bytes(const Weights& weights) {
  std::string name = weights.name;
  name.resize(80, '\0');
  std::string data(reinterpret_cast<const char*>(weights.values.data()),
                   weights.values.size() * sizeof(float));
  std::string hashed = little_endian<std::uint64_t>({weights.parameters}) + name + data;
  return "FOVEAWTS" +
         little_endian<std::uint64_t>({1, 40 + hashed.size(), weights.fingerprint,
                                       XXH3_64bits(hashed.data(), hashed.size())}) +
         hashed;
}

} // namespace fovea_test
