// Chains of convolutions, of which only the last one's result is kept.
#include "tests/kernels/forms.hpp"

#include <fovea/dsl.hpp>

namespace fovea::kernel_test {
namespace {

using catalogue::Layout;
using catalogue::Machine;

const Algorithm& row_chain() {
  return find_algorithm("row_chain");
}

struct Case {
  Shape image;
  int64_t wide = 0; // channels between the convolutions
  Shape kernel{3, 3};
  int64_t stride = 1, dilation = 1;
  Shape begin{1, 1}, end{1, 1};
  bool pools = false;  // maxima in place of the windows channel by channel
  Shape first{1, 1};   // the kernel that widens
  int64_t narrow = 0;  // channels of the result; 0: the windows come last
  bool expands = true; // false: the windows come first
  bool residual = false;
};

Definition definition_of(const Case& c) {
  std::vector<Operand> operands{{"V", {DType::f32, c.image}}};
  std::vector<Stage> stages;
  TensorType type = operands[0].type;
  // `next`'s image is what the stage before made, or the whole's.
  const auto add = [&](const Definition& next) {
    Stage stage{next, {}};
    if (stages.empty())
      stage.sources.push_back({0, -1, 0});
    else
      stage.sources.push_back({-1, static_cast<int>(stages.size()) - 1, 0});
    for (size_t k = 1; k < next.operands.size(); ++k) {
      const bool image = next.name == "add";
      stage.sources.push_back({image ? 0 : static_cast<int>(operands.size()), -1, 0});
      if (!image)
        operands.push_back(next.operands[k]);
    }
    stages.push_back(std::move(stage));
    type = next.type_of(next.tensor_of_equation(next.results[0]));
  };
  const auto convolve = [&](ops::Conv op, int64_t filters) {
    op.filters = filters;
    op.expand_window(2);
    add(op.definition(operands_of(op, {type})));
  };
  if (c.expands) {
    ops::Conv widen;
    widen.kernel = c.first;
    convolve(widen, c.wide);
    add(ops::Relu{}.definition({type}));
  }
  Window window;
  window.kernel = c.kernel;
  window.stride = {c.stride};
  window.dilation = {c.dilation};
  window.padding = PaddingMode::explicitly;
  window.pad_begin = c.begin;
  window.pad_end = c.end;
  if (c.pools) {
    ops::MaxPool pool;
    static_cast<Window&>(pool) = window;
    pool.expand_window(2);
    add(pool.definition({type}));
  } else {
    ops::Conv windows;
    static_cast<Window&>(windows) = window;
    windows.groups = type.shape[1];
    convolve(windows, type.shape[1]);
  }
  if (c.narrow > 0) {
    add(ops::Tanh{}.definition({type}));
    convolve({}, c.narrow);
  }
  if (c.residual)
    add(ops::Add{}.definition({type, type}));
  return compose("block", operands, stages, {{static_cast<int>(stages.size()) - 1, 0}});
}

// Row-major tensors, then the image and the result in blocks.
void check_layouts(const Definition& definition, const catalogue::Target& target) {
  Problem problem{definition, target, {}};
  ASSERT_TRUE(row_chain().matches(problem)) << to_string(definition);
  check_forms(row_chain(), problem);
  problem.forms.operands.assign(definition.operands.size(), Layout());
  problem.forms.operands[0] = Layout::blocked(1, target.lanes(4));
  problem.forms.results = {Layout::blocked(1, target.lanes(4))};
  ASSERT_TRUE(row_chain().matches(problem)) << to_string(definition);
  check_forms(row_chain(), problem);
}

TEST(RowChain, OfAnyNumberOfChannels) {
  size_t k = 0;
  for (const int64_t channels : {3, 7, 17})
    for (const int64_t stride : {1, 2})
      check_layouts(definition_of({.image = {k % 2 ? 3 : 1, channels, 9, 11},
                                   .wide = channels == 3 ? 17 : 2 * channels + 1,
                                   .stride = stride,
                                   .narrow = channels}),
                    instruction_sets()[k++ % instruction_sets().size()]);
}

TEST(RowChain, OfTwoConvolutions) {
  size_t k = 0;
  for (const Shape& kernel : {Shape{3, 3}, Shape{5, 5}})
    for (const int64_t stride : {1, 2}) {
      const Case first{.image = {1, 17, 13, 19},
                       .wide = 24,
                       .kernel = kernel,
                       .stride = stride,
                       .begin = {2, 1},
                       .end = {2, 2}};
      Case second = first;
      second.narrow = 7;
      second.expands = false;
      const catalogue::Target target = instruction_sets()[k++ % instruction_sets().size()];
      check_layouts(definition_of(first), target);
      check_layouts(definition_of(second), target);
    }
}

// A stem: a convolution, its activation, maxima of windows that overlap; and what follows pixel by
// pixel.
TEST(RowChain, OfAConvolutionAndItsMaxima) {
  size_t k = 0;
  for (const int64_t narrow : {0, 7})
    for (const int64_t stride : {1, 2}) {
      const Case stem{.image = {k == 1 ? 2 : 1, 3, 21, 18},
                      .wide = 24,
                      .stride = stride,
                      .pools = true,
                      .first = {3, 5},
                      .narrow = narrow};
      Case maxima_first = stem;
      maxima_first.expands = false;
      catalogue::Target target = instruction_sets()[k++ % instruction_sets().size()];
      EXPECT_FALSE(row_chain().matches({definition_of(stem), target, {}})) << "in the cache";
      target.l2_bytes = 4096;
      check_layouts(definition_of(stem), target);
      if (narrow > 0)
        check_layouts(definition_of(maxima_first), target);
    }
}

TEST(RowChain, OfMapsSmallerThanTheKernel) {
  for (const catalogue::Target& target : instruction_sets())
    for (const Shape& image : {Shape{1, 8, 2, 3}, Shape{1, 3, 3, 2}})
      check_layouts(definition_of({.image = image,
                                   .wide = 17,
                                   .kernel = {5, 5},
                                   .begin = {3, 2},
                                   .end = {2, 3},
                                   .narrow = 3}),
                    target);
}

// Windows that leave rows and columns out, at the end as well.
TEST(RowChain, OfWindowsThatSkipPixels) {
  for (const catalogue::Target& target : instruction_sets())
    check_layouts(definition_of({.image = {1, 7, 15, 14},
                                 .wide = 8,
                                 .kernel = {2, 2},
                                 .stride = 4,
                                 .begin = {0, 0},
                                 .end = {0, 0},
                                 .narrow = 17}),
                  target);
}

TEST(RowChain, AddsItsOwnImage) {
  for (const catalogue::Target& target : instruction_sets())
    check_layouts(definition_of({.image = {1, 9, 7, 6}, .wide = 17, .narrow = 9, .residual = true}),
                  target);
}

// Enough for several tasks, which compute rows between them twice.
TEST(RowChain, InParallel) {
  for (const int threads : {1, 2, 4}) {
    catalogue::Target target = test_target();
    target.threads = threads;
    const Shape image{threads == 2 ? 3 : 1, 16, 21, 20};
    const Definition definition =
        definition_of({.image = image, .wide = 48, .stride = threads == 1 ? 1 : 2, .narrow = 24});
    const Problem plain{definition, target, {}};
    check_forms(row_chain(), {definition, target, catalogue::preferred_forms(row_chain(), plain)});
    if (threads == 4)
      check_forms(row_chain(), plain);
  }
}

TEST(RowChain, KeepsInfinitiesAndNaN) {
  for (const catalogue::Target& target : instruction_sets())
    check_forms(row_chain(),
                {definition_of({.image = {1, 8, 9, 9}, .wide = 17, .narrow = 8}), target, {}},
                {.seed = 3, .special_values = true, .compiled = true, .most_elements = 0});
}

// Rows of what lies between are kept, not maps of it.
TEST(RowChain, NeedsMemoryForRowsAlone) {
  catalogue::Target target = test_target();
  target.threads = 1;
  const Definition definition =
      definition_of({.image = {1, 16, 112, 112}, .wide = 96, .stride = 2, .narrow = 24});
  const Problem problem = as_preferred(row_chain(), definition, target);
  const int64_t row = 96 * 4 * 112;
  EXPECT_LT(row_chain().workspace_bytes(problem, row_chain().default_schedule(problem)), 6 * row);
}

TEST(RowChain, RefusesWhatItWouldComputeOtherwise) {
  const catalogue::Target target = test_target();
  const auto matches = [&](const Definition& definition) {
    return row_chain().matches({definition, target, {}});
  };
  const Case usual{.image = {1, 8, 9, 9}, .wide = 17, .narrow = 8};
  EXPECT_TRUE(matches(definition_of(usual)));
  Case thin = usual; // no rows
  thin.image = {1, 8, 1, 9};
  EXPECT_FALSE(matches(definition_of(thin)));
  Case padded = usual; // by far more than there is
  padded.begin = padded.end = {40, 40};
  EXPECT_FALSE(matches(definition_of(padded)));
  EXPECT_FALSE(matches(convolution({1, 8, 9, 9}, 8, {3, 3}))) << "one convolution";
  // What lies between is a result, too.
  Definition both = definition_of(usual);
  both.results.insert(both.results.begin(), 1);
  EXPECT_FALSE(matches(both));
}

// What leaves the cache is worth keeping there; what does not is as fast either way.
TEST(RowChain, CostsLessWhereMapsAreLarge) {
  catalogue::Target target = test_target();
  target.threads = 1;
  const Machine machine = Machine::nominal(target);
  const auto seconds = [&](const catalogue::Catalogue& catalogue, const Definition& definition) {
    double least = 1e30;
    for (const catalogue::Candidate& one : catalogue.matching_as_preferred(
             {definition, target, {}}, std::vector<bool>(definition.operands.size(), true), {}))
      least = std::min(least, one.algorithm->cost(one.problem, machine).seconds);
    return least;
  };
  const auto gain = [&](int64_t side) { // of one kernel over three
    const catalogue::Catalogue all = kernels::make_catalogue(), chains({&row_chain()});
    const double apart = seconds(all, convolution({1, 16, side, side}, 96, {1, 1})) +
                         seconds(all, convolution({1, 96, side, side}, 96, {3, 3}, 1, 1, 96)) +
                         seconds(all, convolution({1, 96, side, side}, 16, {1, 1}));
    const Definition chain =
        definition_of({.image = {1, 16, side, side}, .wide = 96, .narrow = 16});
    return apart / seconds(chains, chain);
  };
  EXPECT_GT(gain(112), 1.3);
  EXPECT_NEAR(gain(14), 1, 0.2);
}

} // namespace
} // namespace fovea::kernel_test
