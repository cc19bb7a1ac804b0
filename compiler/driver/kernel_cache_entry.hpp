#pragma once
#include "compiler/driver/kernel_cache_key.hpp"

#include <optional>
#include <string>
#include <string_view>

// One file of the kernel cache: a kernel, its key, and a hash over all of it. It holds code that
// will run, so nothing is believed of a file whose hash is not right.
namespace fovea::driver {

struct CacheEntry {
  KernelKey key;
  catalogue::KernelObject object;
};

std::string to_bytes(const KernelKey& key, const catalogue::KernelObject& object);

// Nothing where the bytes are not those of one whole entry. Reads nothing outside them.
std::optional<CacheEntry> parse_entry(std::string_view bytes);

} // namespace fovea::driver
