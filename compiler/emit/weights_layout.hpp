#pragma once
#include "compiler/ir/plan.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace fovea::emission {

// Bytes in pieces, one after another, so that weights reach a file without being copied.
using Parts = std::vector<std::span<const std::byte>>;

// Where weights lie that are written one after another, each at a multiple of 64 bytes.
struct WeightsLayout {
  uint64_t begin = 0;            // bytes before the first
  std::vector<uint64_t> offsets; // one per parameter, from byte 0
  uint64_t bytes = 0;            // the end of the last
};
WeightsLayout layout_weights(const std::vector<ir::PlanValue>& parameters, uint64_t begin);

// From layout.begin to layout.bytes: the weights, and zeros between them. `data`: one address per
// parameter.
Parts weights_parts(const std::vector<ir::PlanValue>& parameters, const WeightsLayout& layout,
                    const std::vector<const void*>& data);

// The head of a weights file (abi.h, at fovea_weights_file), 128 bytes for a layout that begins
// there; the file is the head and then the weights.
inline constexpr uint64_t weights_file_head_bytes = 128;
std::vector<std::byte> weights_file_head(const ir::Plan& plan, const WeightsLayout& layout,
                                         const Parts& weights);

// Tells models apart by what their weights must be: XXH3 over, for each parameter in order, its
// name, a zero byte, the dtype as i32, the rank as i32, and each extent as i64 (little-endian).
// Compared for equality only.
uint64_t weights_fingerprint(const std::vector<ir::PlanValue>& parameters);

} // namespace fovea::emission
