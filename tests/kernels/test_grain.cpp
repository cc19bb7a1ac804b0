// What threads share of a kernel, read from its schedule: numbers counted by hand.
#include <fovea/catalogue/grain.hpp>

#include <gtest/gtest.h>

namespace fovea::testing {
namespace {

using catalogue::Grain;
using catalogue::Schedule;
using catalogue::StageInfo;

// 192 evaluations of A, 96 of B; S starts 96 sums and adds 3 terms to each; 96 of Z.
std::vector<StageInfo> stages() {
  StageInfo a{"A", {{"k", 192}}, {}, false};
  StageInfo b{"B", {{"y", 12}, {"x", 8}}, {}, false};
  StageInfo sum{"S", {{"y", 12}, {"x", 8}}, {{{{"y", 12}, {"x", 8}, {"r", 3, true}}, false}}};
  sum.reads = {{"A", 1, {-1}}, {"B", 1, {0, 1}}};
  StageInfo z{"Z", {{"y", 12}, {"x", 8}}, {}, true};
  z.reads = {{"S", 0, {0, 1}}};
  return {a, b, sum, z};
}

Grain grain_of(const char* schedule) {
  return catalogue::grain_of(Schedule::parse(schedule), stages());
}

TEST(Grain, NothingIsShared) {
  const Grain grain = grain_of("Z: vectorize(x, 4)");
  EXPECT_TRUE(grain.loops.empty());
  EXPECT_EQ(grain.barriers(), 0);
  EXPECT_EQ(grain.tasks(), 1);
  EXPECT_EQ(grain.alone, 96 + 96 + 288); // A and B are inlined
  EXPECT_EQ(grain.utilisation(1), 1);
  EXPECT_EQ(grain.utilisation(4), 0.25);
}

// What is computed within a shared loop is shared, however deep; what is not, waits.
TEST(Grain, OneLoop) {
  const Grain grain = grain_of("A: compute_root\n"
                               "B: compute_at(S, y)\n"
                               "S: compute_at(Z, yo)\n"
                               "Z: split(y, yo, yi, 4) parallel(yo)");
  ASSERT_EQ(grain.loops.size(), 1u);
  EXPECT_EQ(grain.loops[0].stage, "Z");
  EXPECT_EQ(grain.tasks(), 3);
  EXPECT_EQ(grain.barriers(), 1);
  EXPECT_EQ(grain.loops[0].work, 96 + 96 + 96 + 288);
  EXPECT_EQ(grain.alone, 192);
  EXPECT_DOUBLE_EQ(grain.utilisation(1), 1);
  EXPECT_DOUBLE_EQ(grain.utilisation(2), 768. / (2 * (576. * 2 / 3 + 192)));
  EXPECT_DOUBLE_EQ(grain.utilisation(3), 768. / (3 * (576. / 3 + 192)));
  EXPECT_DOUBLE_EQ(grain.utilisation(64), 768. / (64 * (576. / 3 + 192)));
}

// One barrier behind each, and behind each of its runs.
TEST(Grain, SeveralLoops) {
  const Grain grain = grain_of("S: compute_root fuse(x, y, all) parallel(all)\n"
                               "S.1: reorder(r, x, y) parallel(x)\n"
                               "Z: parallel(y)");
  ASSERT_EQ(grain.loops.size(), 3u);
  EXPECT_EQ(grain.loops[0].tasks, 96);
  EXPECT_EQ(grain.loops[1].update, 1);
  EXPECT_EQ(grain.loops[1].tasks, 8);
  EXPECT_EQ(grain.loops[1].times, 12);
  EXPECT_EQ(grain.loops[2].tasks, 12);
  EXPECT_EQ(grain.barriers(), 1 + 12 + 1);
  EXPECT_EQ(grain.tasks(), 8); // those of the accumulation, which is most of it
  EXPECT_EQ(grain.alone, 0);
  EXPECT_DOUBLE_EQ(grain.utilisation(4), 1);
  EXPECT_DOUBLE_EQ(grain.utilisation(5),
                   480. / (5 * (96. * 20 / 96 + 288. * 2 / 8 + 96. * 3 / 12)));
}

} // namespace
} // namespace fovea::testing
