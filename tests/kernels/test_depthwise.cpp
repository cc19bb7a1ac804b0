// Depthwise convolutions: channels or parts of rows in vectors.
#include "tests/kernels/forms.hpp"

#include <fovea/dsl.hpp>

namespace fovea::kernel_test {
namespace {

using catalogue::Layout;
using catalogue::Machine;

const Algorithm& depthwise() {
  return find_algorithm("depthwise");
}

struct Case {
  Shape image;
  Shape kernel;
  int64_t stride = 1, dilation = 1;
  Shape begin{0, 0}, end{0, 0};
  int64_t multiplier = 1;
};

Definition definition_of(const Case& c, DType type = DType::f32) {
  ops::Conv op;
  op.groups = c.image[1];
  op.filters = c.image[1] * c.multiplier;
  op.kernel = c.kernel;
  op.stride = {c.stride};
  op.dilation = {c.dilation};
  op.padding = PaddingMode::explicitly;
  op.pad_begin = c.begin;
  op.pad_end = c.end;
  op.expand_window(c.image.rank() - 2);
  return op.definition(operands_of(op, {TensorType{type, c.image}}));
}

// Row-major tensors, then the image and the result in blocks where that is taken.
void check_layouts(const Definition& definition, const catalogue::Target& target) {
  Problem problem{definition, target, {}};
  ASSERT_TRUE(depthwise().matches(problem)) << to_string(definition);
  check_forms(depthwise(), problem);
  problem.forms.operands.assign(definition.operands.size(), Layout());
  problem.forms.operands[0] = Layout::blocked(1, target.lanes(4));
  problem.forms.results = {Layout::blocked(1, target.lanes(4))};
  if (depthwise().matches(problem))
    check_forms(depthwise(), problem);
}

TEST(Depthwise, OfAnyNumberOfChannels) {
  size_t k = 0;
  for (const int64_t channels : {3, 7, 8, 17, 24})
    check_layouts(definition_of({.image = {k % 2 ? 3 : 1, channels, 9, 11},
                                 .kernel = {3, 3},
                                 .begin = {1, 1},
                                 .end = {1, 1}}),
                  instruction_sets()[k++ % instruction_sets().size()]);
}

TEST(Depthwise, OfStridesAndDilations) {
  size_t k = 0;
  for (const int64_t stride : {1, 2, 3})
    for (const int64_t dilation : {1, 2})
      check_layouts(definition_of({.image = {1, 17, 13, 19},
                                   .kernel = {3, 2},
                                   .stride = stride,
                                   .dilation = dilation,
                                   .begin = {2, 0},
                                   .end = {0, 3}}),
                    instruction_sets()[k++ % instruction_sets().size()]);
}

TEST(Depthwise, OfMapsSmallerThanTheKernel) {
  for (const catalogue::Target& target : instruction_sets())
    for (const Shape& image : {Shape{1, 17, 2, 1}, Shape{3, 8, 1, 3}})
      check_layouts(
          definition_of({.image = image, .kernel = {5, 5}, .begin = {3, 2}, .end = {2, 4}}),
          target);
}

TEST(Depthwise, WithTwoFiltersAChannel) {
  for (const catalogue::Target& target : instruction_sets())
    check_layouts(definition_of({.image = {3, 7, 8, 10},
                                 .kernel = {3, 3},
                                 .stride = 2,
                                 .begin = {1, 1},
                                 .end = {1, 1},
                                 .multiplier = 2}),
                  target);
}

// Large enough for several tasks and more than one tile.
TEST(Depthwise, InParallel) {
  check_layouts(
      definition_of({.image = {1, 24, 41, 37}, .kernel = {5, 5}, .begin = {2, 2}, .end = {2, 2}}),
      test_target());
}

TEST(Depthwise, WithEpilogues) {
  const Definition anchor = definition_of(
      {.image = {1, 24, 9, 17}, .kernel = {3, 3}, .stride = 2, .begin = {1, 1}, .end = {1, 1}});
  size_t k = 0;
  for (const Epilogue epilogue : epilogues)
    check_layouts(with_epilogue(anchor, epilogue),
                  instruction_sets()[k++ % instruction_sets().size()]);
}

TEST(Depthwise, KeepsInfinitiesAndNaN) {
  const Definition definition =
      definition_of({.image = {1, 17, 8, 9}, .kernel = {3, 3}, .begin = {1, 1}, .end = {1, 1}});
  for (const bool blocks : {false, true}) {
    Problem problem{definition, test_target(), {}};
    if (blocks) {
      problem.forms.operands = {Layout::blocked(1, problem.target.lanes(4)), {}, {}};
      problem.forms.results = {Layout::blocked(1, problem.target.lanes(4))};
    }
    check_forms(depthwise(), problem, {.seed = 5, .special_values = true});
  }
}

TEST(Depthwise, RefusesWhatIsNot) {
  const auto matches = [](const Definition& definition) {
    return depthwise().matches({definition, test_target(), {}});
  };
  EXPECT_FALSE(matches(convolution({1, 16, 8, 8}, 16, {3, 3}, 1, 1)));    // sums over channels
  EXPECT_FALSE(matches(convolution({1, 16, 8, 8}, 16, {3, 3}, 1, 1, 8))); // several each
  EXPECT_FALSE(matches(definition_of({.image = {1, 8, 8, 8}, .kernel = {3, 3}}, DType::f64)));
  EXPECT_FALSE(matches(definition_of({.image = {1, 8, 8, 8}, .kernel = {3, 3}}, DType::f16)));
  EXPECT_FALSE(matches(definition_of({.image = {1, 8, 8, 8}, .kernel = {1, 1}}))); // no sums
  ops::MaxPool pool;
  pool.kernel = {2, 2};
  pool.expand_window(2);
  EXPECT_FALSE(matches(pool.definition({{DType::f32, {1, 8, 8, 8}}}))); // no weights

  // In blocks of another size, of another axis, or with a filter for each half of a channel's
  // lanes.
  const int64_t lanes = test_target().lanes(4);
  Problem problem{definition_of({.image = {1, 32, 8, 8}, .kernel = {3, 3}}), test_target(), {}};
  for (const Layout& layout : {Layout::blocked(1, 2 * lanes), Layout::blocked(2, lanes)}) {
    problem.forms.operands = {layout, {}, {}};
    EXPECT_FALSE(depthwise().matches(problem));
  }
  problem.forms.operands = {Layout::blocked(1, lanes), {}, {}};
  EXPECT_TRUE(depthwise().matches(problem));
  problem.definition = definition_of({.image = {1, 32, 8, 8}, .kernel = {3, 3}, .multiplier = 2});
  EXPECT_FALSE(depthwise().matches(problem));
}

// With images in blocks, where the generic algorithm has no idea of them.
TEST(Depthwise, IsEstimatedBelowTheGenericAlgorithmInBlocks) {
  const catalogue::Catalogue catalogue = kernels::make_catalogue();
  const catalogue::Target target = test_target();
  const int64_t lanes = target.lanes(4);
  Problem problem{convolution({1, 32, 56, 56}, 32, {3, 3}, 1, 1, 32), target, {}};
  problem.forms.operands = {Layout::blocked(1, lanes), {}, {}};
  problem.forms.results = {Layout::blocked(1, lanes)};
  const auto seconds = [&](const Algorithm& algorithm) {
    return algorithm.cost(problem, Machine::nominal(target)).seconds;
  };
  EXPECT_LT(seconds(depthwise()), seconds(catalogue.find("generic")));
}

} // namespace
} // namespace fovea::kernel_test
