#include "compiler/emit/weights_layout.hpp"

#include <fovea/runtime/abi.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>

namespace fovea::emission {

WeightsLayout layout_weights(const std::vector<ir::PlanValue>& parameters, uint64_t begin) {
  constexpr uint64_t alignment = FOVEA_MEMORY_ALIGNMENT;
  WeightsLayout layout{.begin = begin, .offsets = {}, .bytes = begin};
  for (const ir::PlanValue& parameter : parameters) {
    layout.offsets.push_back((layout.bytes + alignment - 1) / alignment * alignment);
    layout.bytes = layout.offsets.back() + static_cast<uint64_t>(parameter.type.bytes());
  }
  return layout;
}

Parts weights_parts(const std::vector<ir::PlanValue>& parameters, const WeightsLayout& layout,
                    const std::vector<const void*>& data) {
  static constexpr std::array<std::byte, FOVEA_MEMORY_ALIGNMENT> zeros{};
  Parts parts;
  uint64_t end = layout.begin;
  for (size_t k = 0; k < parameters.size(); ++k) {
    if (layout.offsets[k] > end)
      parts.push_back(std::span(zeros).first(layout.offsets[k] - end));
    const auto bytes = static_cast<size_t>(parameters[k].type.bytes());
    parts.push_back({static_cast<const std::byte*>(data[k]), bytes});
    end = layout.offsets[k] + bytes;
  }
  return parts;
}

namespace {

class Hash {
 public:
  Hash() { XXH3_64bits_reset(state_.get()); }
  void add(std::span<const std::byte> bytes) {
    XXH3_64bits_update(state_.get(), bytes.data(), bytes.size());
  }
  template <class T>
  void add_number(T number) {
    add(std::as_bytes(std::span(&number, 1)));
  }
  uint64_t value() const { return XXH3_64bits_digest(state_.get()); }

 private:
  struct Free {
    void operator()(XXH3_state_t* state) const { XXH3_freeState(state); }
  };
  std::unique_ptr<XXH3_state_t, Free> state_{XXH3_createState()};
};

} // namespace

std::vector<std::byte> weights_file_head(const ir::Plan& plan, const WeightsLayout& layout,
                                         const Parts& weights) {
  constexpr size_t hash_at = 32, hashed_from = 40, name_at = 48;
  std::vector<std::byte> head(weights_file_head_bytes);
  const auto put = [&](size_t offset, uint64_t number) {
    std::memcpy(&head[offset], &number, sizeof number);
  };
  std::memcpy(head.data(), "FOVEAWTS", 8);
  put(8, 1); // version
  put(16, layout.bytes);
  put(24, weights_fingerprint(plan.parameters));
  put(hashed_from, plan.parameters.size());
  std::memcpy(&head[name_at], plan.name.data(),
              std::min(plan.name.size(), head.size() - name_at - 1));
  Hash hash;
  hash.add(std::span(head).subspan(hashed_from));
  for (std::span<const std::byte> part : weights)
    hash.add(part);
  put(hash_at, hash.value());
  return head;
}

uint64_t weights_fingerprint(const std::vector<ir::PlanValue>& parameters) {
  Hash hash;
  for (const ir::PlanValue& parameter : parameters) {
    hash.add(std::as_bytes(std::span(parameter.name.c_str(), parameter.name.size() + 1)));
    hash.add_number(static_cast<int32_t>(parameter.type.dtype));
    hash.add_number(static_cast<int32_t>(parameter.type.shape.rank()));
    for (int k = 0; k < parameter.type.shape.rank(); ++k)
      hash.add_number(static_cast<int64_t>(parameter.type.shape[k]));
  }
  return hash.value();
}

} // namespace fovea::emission
