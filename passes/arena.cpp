#include "passes/arena.hpp"

#include <fovea/error.hpp>

#include <algorithm>
#include <limits>
#include <map>

namespace fovea::passes {
namespace {

int64_t aligned(int64_t bytes) {
  return (bytes + arena_alignment - 1) / arena_alignment * arena_alignment;
}

// No later sum of sizes can overflow.
void check_total(const std::vector<Buffer>& buffers) {
  int64_t total = 0;
  for (const Buffer& buffer : buffers)
    if (buffer.bytes > std::numeric_limits<int64_t>::max() - arena_alignment ||
        __builtin_add_overflow(total, aligned(buffer.bytes), &total)) {
      ErrorParts parts;
      parts.what = "the network's tensors are too large";
      parts.expected = "a total size below 2^63 bytes";
      parts.got = "more";
      throw Error(std::move(parts));
    }
}

bool overlap(const Buffer& a, const Buffer& b) {
  return a.first <= b.last && b.first <= a.last;
}

// The start of the smallest sufficient gap among `placed` (sorted by offset); else the end.
int64_t best_fit(const Buffer& buffer, const std::vector<const Buffer*>& placed) {
  const int64_t size = aligned(buffer.bytes);
  int64_t end = 0, best = -1, best_gap = std::numeric_limits<int64_t>::max();
  for (const Buffer* other : placed) {
    if (!overlap(buffer, *other))
      continue;
    if (const int64_t gap = other->offset - end; gap >= size && gap < best_gap) {
      best = end;
      best_gap = gap;
    }
    end = std::max(end, other->offset + aligned(other->bytes));
  }
  return best >= 0 ? best : end;
}

int64_t most_alive(const std::vector<Buffer>& buffers) {
  std::map<int, int64_t> changes;
  for (const Buffer& buffer : buffers) {
    changes[buffer.first] += aligned(buffer.bytes);
    changes[buffer.last + 1] -= aligned(buffer.bytes);
  }
  int64_t alive = 0, most = 0;
  for (const auto& [step, change] : changes)
    most = std::max(most, alive += change);
  return most;
}

} // namespace

Arena place_buffers(std::vector<Buffer>& buffers) {
  check_total(buffers);
  std::vector<Buffer*> order;
  for (Buffer& buffer : buffers)
    order.push_back(&buffer);
  std::stable_sort(order.begin(), order.end(),
                   [](const Buffer* a, const Buffer* b) { return a->bytes > b->bytes; });

  Arena arena{0, most_alive(buffers)};
  std::vector<const Buffer*> placed;
  for (Buffer* buffer : order) {
    buffer->offset = best_fit(*buffer, placed);
    arena.bytes = std::max(arena.bytes, buffer->offset + aligned(buffer->bytes));
    placed.insert(
        std::upper_bound(placed.begin(), placed.end(), buffer,
                         [](const Buffer* a, const Buffer* b) { return a->offset < b->offset; }),
        buffer);
  }
  return arena;
}

} // namespace fovea::passes
