// Which results may be written over an operand. That kernels then give the same is seen with all
// the forms of all algorithms (forms.cpp).
#include "tests/kernels/forms.hpp"

namespace fovea::kernel_test {
namespace {

using catalogue::Layout;

bool overwrites(std::string_view algorithm, const Problem& problem, int operand,
                const std::string& schedule = "") {
  const Algorithm& found = find_algorithm(algorithm);
  EXPECT_TRUE(found.matches(problem)) << describe(found, problem);
  return found.overwrites(
      problem, schedule.empty() ? found.default_schedule(problem) : Schedule::parse(schedule),
      operand);
}

// Z(i) = X(at) * Y(i)
Definition product(int64_t extent, IndexExpr at) {
  Builder builder("product");
  const int x = builder.operand("X", DType::f32, {extent});
  const int y = builder.operand("Y", DType::f32, {extent});
  const int z = builder.equation(
      "Z", {{"i", extent}}, mul(builder.read(x, {std::move(at)}), builder.read(y, {index(0)})));
  return builder.results({z});
}

TEST(InPlace, ElementByElement) {
  const Problem problem{product(64, index(0)), test_target(), {}};
  EXPECT_TRUE(overwrites("generic", problem, 0));
  EXPECT_TRUE(overwrites("generic", problem, 1));
}

// Other elements are read as well.
TEST(InPlace, BackToFront) {
  const Problem problem{product(64, fixed(63) - index(0)), test_target(), {}};
  EXPECT_FALSE(overwrites("generic", problem, 0));
  EXPECT_TRUE(overwrites("generic", problem, 1));
}

// The last vector begins before the one in front of it ends: its first elements are computed anew.
TEST(InPlace, ElementsComputedTwice) {
  const Problem problem{product(67, index(0)), test_target(), {}};
  EXPECT_FALSE(overwrites("generic", problem, 0, "Z: vectorize(i, 8, shift_inwards)"));
  EXPECT_FALSE(overwrites("generic", problem, 0, "Z: vectorize(i, 8)")); // which is the same
  EXPECT_TRUE(overwrites("generic", problem, 0, "Z: vectorize(i, 8, guard)"));
  EXPECT_TRUE(overwrites("generic", problem, 0, "Z: vectorize(i, 8, predicate)"));
}

// What the residual sum adds is read where the result is; the image is read by windows.
TEST(InPlace, ResidualSum) {
  const int64_t lanes = test_target().lanes(4);
  const Layout blocks = Layout::blocked(1, lanes);
  const Definition anchor = convolution({1, lanes, 8, 8}, lanes, {3, 3}, 1, 1);
  Problem problem{with_epilogue(anchor, Epilogue::residual), test_target(), {}};
  ASSERT_EQ(problem.definition.operands.size(), 4u); // image, weights, bias, sum
  problem.forms = {{blocks, Layout(), Layout(), blocks}, {blocks}, {}};
  EXPECT_FALSE(overwrites("direct", problem, 0));
  EXPECT_FALSE(overwrites("direct", problem, 1));
  EXPECT_TRUE(overwrites("direct", problem, 3));
  EXPECT_TRUE(overwrites("winograd4", problem, 3));
  // In another order than the result, an element of it is not where its own was.
  problem.forms.operands[3] = Layout();
  EXPECT_FALSE(overwrites("direct", problem, 3));
}

// A stage with memory of its own holds elements that are overwritten when others need them.
TEST(InPlace, StagesBetween) {
  Builder builder("between");
  const int x = builder.operand("X", DType::f32, {64});
  const int t =
      builder.equation("T", {{"i", 64}}, op(ScalarOp::exp, {builder.read(x, {index(0)})}));
  const int z = builder.equation("Z", {{"i", 64}},
                                 add(builder.read(t, {index(0)}), builder.read(x, {index(0)})));
  const Problem problem{builder.results({z}), test_target(), {}};
  EXPECT_TRUE(overwrites("generic", problem, 0, "Z: vectorize(i, 8)"));
  EXPECT_FALSE(overwrites("generic", problem, 0, "T: compute_root\nZ: vectorize(i, 8)"));
}

} // namespace
} // namespace fovea::kernel_test
