#include "passes/arena.hpp"

#include <fovea/error.hpp>

#include <gtest/gtest.h>

#include <random>

namespace fovea::passes {
namespace {

// The two properties that matter, checked pair by pair.
void expect_legal(const std::vector<Buffer>& buffers, const Arena& arena) {
  int64_t most = 0;
  for (size_t a = 0; a < buffers.size(); ++a) {
    const Buffer& x = buffers[a];
    EXPECT_EQ(x.offset % arena_alignment, 0);
    EXPECT_GE(x.offset, 0);
    EXPECT_LE(x.offset + x.bytes, arena.bytes);
    int64_t alive = 0; // at the step where x begins
    for (size_t b = 0; b < buffers.size(); ++b) {
      const Buffer& y = buffers[b];
      const bool at_once = x.first <= y.last && y.first <= x.last;
      const bool share = x.offset < y.offset + y.bytes && y.offset < x.offset + x.bytes;
      EXPECT_FALSE(a != b && at_once && share && x.bytes > 0 && y.bytes > 0) << a << " " << b;
      if (y.first <= x.first && x.first <= y.last)
        alive += (y.bytes + arena_alignment - 1) / arena_alignment * arena_alignment;
    }
    most = std::max(most, alive);
  }
  EXPECT_EQ(arena.lower_bound, most); // the maximum is reached where some buffer begins
  EXPECT_GE(arena.bytes, arena.lower_bound);
}

TEST(ArenaTest, AChainNeedsTwoNeighbours) {
  std::vector<Buffer> buffers{{100, 0, 1}, {50, 1, 2}, {100, 2, 3}, {50, 3, 4}};
  const Arena arena = place_buffers(buffers);
  expect_legal(buffers, arena);
  EXPECT_EQ(arena.bytes, 128 + 64);
  EXPECT_EQ(arena.bytes, arena.lower_bound);
}

TEST(ArenaTest, NothingNeedsNothing) {
  std::vector<Buffer> none;
  EXPECT_EQ(place_buffers(none).bytes, 0);
}

TEST(ArenaTest, RandomLifetimesNeverCollide) {
  for (unsigned seed = 0; seed < 200; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random(seed);
    std::vector<Buffer> buffers(random() % 40);
    for (Buffer& buffer : buffers) {
      buffer.bytes = static_cast<int64_t>(random() % 1000);
      buffer.first = static_cast<int>(random() % 30);
      buffer.last = buffer.first + static_cast<int>(random() % 6);
    }
    expect_legal(buffers, place_buffers(buffers));
  }
}

TEST(ArenaTest, SizesBeyondAnInt64AreRefused) {
  std::vector<Buffer> buffers{{int64_t{1} << 62, 0, 0}, {int64_t{1} << 62, 1, 1}};
  EXPECT_THROW(place_buffers(buffers), Error);
  buffers = {{std::numeric_limits<int64_t>::max(), 0, 0}};
  EXPECT_THROW(place_buffers(buffers), Error);
}

} // namespace
} // namespace fovea::passes
