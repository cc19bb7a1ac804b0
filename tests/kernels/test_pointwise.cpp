// Tensors turned around: read along one dimension, written along another.
#include "tests/kernels/forms.hpp"

#include <fovea/dsl.hpp>

namespace fovea::kernel_test {
namespace {

using catalogue::Layout;

const Algorithm& pointwise() {
  return find_algorithm("pointwise");
}

void expect_right(const Problem& problem) {
  ASSERT_TRUE(pointwise().matches(problem)) << to_string(problem.definition);
  check_forms(pointwise(), problem, {.seed = 7, .special_values = true});
}

// Z(..) = x in another order: dimension k of the result is dimension order[k] of x.
Definition permutation(const Shape& shape, const std::vector<int>& order) {
  Builder builder("permutation");
  const int x = builder.operand("x", DType::f32, shape);
  std::vector<IndexRange> free;
  std::vector<At> at(order.size(), At(fixed(0)));
  for (size_t k = 0; k < order.size(); ++k) {
    free.push_back({"d" + std::to_string(k), shape[order[k]]});
    at[static_cast<size_t>(order[k])] = At(index(static_cast<int>(k)));
  }
  return builder.results({builder.equation("Z", free, builder.read(x, at))});
}

Definition copy(const Shape& shape) {
  std::vector<int> order;
  for (int d = 0; d < shape.rank(); ++d)
    order.push_back(d);
  return permutation(shape, order);
}

Problem converted(const Shape& shape, const catalogue::Target& target, bool to_blocks) {
  const Layout blocked = Layout::blocked(1, target.lanes(4));
  Problem problem{copy(shape), target, {}};
  (to_blocks ? problem.forms.results : problem.forms.operands) = {blocked};
  return problem;
}

TEST(Pointwise, IntoBlocks) {
  for (const catalogue::Target& target : instruction_sets())
    for (const Shape& shape :
         {Shape{1, 32, 7, 7}, Shape{2, 3, 9, 11}, Shape{1, 17, 5, 3}, Shape{3, 24, 1, 7}})
      expect_right(converted(shape, target, true));
}

TEST(Pointwise, OutOfBlocks) {
  for (const catalogue::Target& target : instruction_sets())
    for (const Shape& shape : {Shape{1, 32, 7, 7}, Shape{2, 16, 4, 5}, Shape{3, 48, 1, 7}})
      expect_right(converted(shape, target, false));
}

TEST(Pointwise, Transpositions) {
  for (const Shape& shape :
       {Shape{3, 3}, Shape{5, 100}, Shape{100, 5}, Shape{16, 16}, Shape{64, 40}})
    expect_right({permutation(shape, {1, 0}), test_target()});
  for (const catalogue::Target& target : instruction_sets()) {
    expect_right({permutation({17, 33}, {1, 0}), target});
    expect_right({permutation({2, 5, 6, 7}, {0, 2, 3, 1}), target});
    expect_right({permutation({4, 5, 6}, {2, 1, 0}), target});
  }
}

TEST(Pointwise, InParallel) {
  expect_right(converted({1, 64, 40, 40}, test_target(), true));
  expect_right(converted({1, 64, 40, 40}, test_target(), false));
  expect_right({permutation({300, 310}, {1, 0}), test_target()});
}

// max(a + b + bias, 0), a chain of equations over tensors of different layouts; the bias is not
// turned around.
Definition chain(int64_t channels) {
  Builder builder("chain");
  const Shape shape{1, channels, 5, 6};
  const int a = builder.operand("a", DType::f32, shape);
  const int b = builder.operand("b", DType::f32, shape);
  const int bias = builder.operand("bias", DType::f32, {channels});
  const std::vector<IndexRange> free{{"b", 1}, {"c", channels}, {"y", 5}, {"x", 6}};
  const auto element = [&](int tensor) {
    return builder.read(tensor, {index(0), index(1), index(2), index(3)});
  };
  const int sum = builder.equation("S", free, add(element(a), element(b)));
  const Expr value = add(element(sum), builder.read(bias, {index(1)}));
  return builder.results({builder.equation("Z", free, op(ScalarOp::max, {value, constant(0)}))});
}

TEST(Pointwise, ComputesOnTheWay) {
  for (const catalogue::Target& target : instruction_sets()) {
    const Layout blocked = Layout::blocked(1, target.lanes(4));
    expect_right({chain(32), target, {{blocked}, {}, {}}});
    expect_right({chain(32), target, {{Layout(), blocked}, {blocked}, {}}});
  }
}

TEST(Pointwise, TurnsSeveralOperands) {
  const Layout blocked = Layout::blocked(1, test_target().lanes(4));
  for (const int64_t channels : {17, 32})
    expect_right({chain(channels), test_target(), {{}, {blocked}, {}}});
}

// What is read as it is written needs no turning, and the generic algorithm is as fast.
TEST(Pointwise, NotOfWhatStandsAlike) {
  const catalogue::Target target = test_target();
  EXPECT_FALSE(pointwise().matches({copy({2, 32, 6, 6}), target}));
  const Layout blocked = Layout::blocked(1, target.lanes(4));
  EXPECT_FALSE(pointwise().matches({copy({2, 32, 6, 6}), target, {{blocked}, {blocked}, {}}}));
  EXPECT_FALSE(pointwise().matches({permutation({40, 2}, {1, 0}), target}));
}

} // namespace
} // namespace fovea::kernel_test
