// Maxima and averages over windows of each channel.
#include "tests/kernels/forms.hpp"

#include <fovea/dsl.hpp>

#include <limits>

namespace fovea::kernel_test {
namespace {

using catalogue::Layout;

const Algorithm& pooling() {
  return find_algorithm("pooling");
}

struct Case {
  Shape image;
  Shape kernel;
  int64_t stride = 1, dilation = 1;
  Shape begin{0, 0}, end{0, 0};
};

template <class Op>
Op op_of(const Case& c) {
  Op op;
  op.kernel = c.kernel;
  op.stride = {c.stride};
  op.dilation = {c.dilation};
  op.padding = PaddingMode::explicitly;
  op.pad_begin = c.begin;
  op.pad_end = c.end;
  op.expand_window(c.image.rank() - 2);
  return op;
}
Definition maximum(const Case& c, DType type = DType::f32) {
  return op_of<ops::MaxPool>(c).definition({{type, c.image}});
}
Definition average(const Case& c, bool count_padding) {
  ops::AvgPool op = op_of<ops::AvgPool>(c);
  op.count_include_pad = count_padding;
  return op.definition({{DType::f32, c.image}});
}

Problem in_blocks(const Definition& definition, const catalogue::Target& target) {
  Problem problem{definition, target, {}};
  problem.forms.operands.assign(definition.operands.size(), Layout());
  problem.forms.operands[0] = Layout::blocked(1, target.lanes(4));
  problem.forms.results = {Layout::blocked(1, target.lanes(4))};
  return problem;
}

void check_layouts(const Definition& definition, const catalogue::Target& target,
                   bool special_values = false) {
  for (const Problem& problem : {Problem{definition, target, {}}, in_blocks(definition, target)}) {
    ASSERT_TRUE(pooling().matches(problem)) << to_string(definition);
    check_forms(pooling(), problem, {.seed = 3, .special_values = special_values});
  }
}

void check_kinds(const Case& c, const catalogue::Target& target) {
  check_layouts(maximum(c), target);
  const bool count_padding = (c.image[1] + c.stride + c.dilation) % 2 != 0;
  check_layouts(average(c, count_padding), target);
}

TEST(Pooling, OfAnyNumberOfChannels) {
  size_t k = 0;
  for (const int64_t channels : {1, 3, 7, 8, 17, 24})
    check_kinds({.image = {k % 2 ? 3 : 1, channels, 9, 11},
                 .kernel = {3, 3},
                 .stride = 2,
                 .begin = {1, 1},
                 .end = {1, 1}},
                instruction_sets()[k++ % instruction_sets().size()]);
}

TEST(Pooling, OfStridesDilationsAndUnevenPadding) {
  size_t k = 0;
  for (const int64_t stride : {1, 2, 3})
    for (const int64_t dilation : {1, 2})
      check_kinds({.image = {1, 17, 13, 19},
                   .kernel = {3, 2},
                   .stride = stride,
                   .dilation = dilation,
                   .begin = {2, 0},
                   .end = {0, 1}},
                  instruction_sets()[k++ % instruction_sets().size()]);
}

TEST(Pooling, OfMapsSmallerThanTheWindow) {
  size_t k = 0;
  for (const Shape& image : {Shape{1, 17, 2, 3}, Shape{3, 8, 3, 2}})
    check_kinds({.image = image, .kernel = {4, 4}, .begin = {2, 2}, .end = {1, 2}},
                instruction_sets()[k++ % instruction_sets().size()]);
}

TEST(Pooling, OfWholeMaps) {
  size_t k = 0;
  for (const Shape& image : {Shape{1, 17, 7, 7}, Shape{3, 8, 5, 3}, Shape{1, 200, 8, 8}})
    for (const Epilogue epilogue : {Epilogue::none, Epilogue::tanh}) {
      const Case whole{.image = image, .kernel = image.slice(2, 4)};
      const catalogue::Target target = instruction_sets()[k++ % instruction_sets().size()];
      check_layouts(with_epilogue(maximum(whole), epilogue), target);
      check_layouts(with_epilogue(average(whole, false), epilogue), target);
    }
}

TEST(Pooling, WithEpilogues) {
  const Case c{
      .image = {1, 24, 9, 17}, .kernel = {3, 3}, .stride = 2, .begin = {1, 1}, .end = {1, 1}};
  size_t k = 0;
  for (const Epilogue epilogue : epilogues) {
    const catalogue::Target target = instruction_sets()[k++ % instruction_sets().size()];
    check_layouts(with_epilogue(maximum(c), epilogue), target);
    check_layouts(with_epilogue(average(c, false), epilogue), target);
  }
}

TEST(Pooling, InParallel) {
  const Case c{.image = {1, 24, 61, 67}, .kernel = {3, 3}, .begin = {1, 1}, .end = {1, 1}};
  check_layouts(maximum(c), test_target());
  check_layouts(average({.image = {1, 1100, 14, 14}, .kernel = {14, 14}}, false), test_target());
}

TEST(Pooling, KeepsInfinitiesAndNaN) {
  const Case c{
      .image = {1, 17, 12, 13}, .kernel = {3, 3}, .stride = 2, .begin = {1, 1}, .end = {1, 1}};
  for (const catalogue::Target& target : instruction_sets()) {
    check_layouts(maximum(c), target, true);
    check_layouts(average(c, false), target, true);
    check_layouts(maximum({.image = {1, 5, 6, 6}, .kernel = {6, 6}}), target, true);
  }
}

// All that a window sees is -inf, or one of it is NaN.
TEST(Pooling, MaximumOfMinusInfinityIsMinusInfinity) {
  const Definition definition =
      maximum({.image = {1, 1, 4, 16}, .kernel = {3, 3}, .begin = {1, 1}, .end = {1, 1}});
  catalogue::KernelRequest request;
  request.definition = definition;
  request.algorithm = "pooling";
  request.target = test_target();
  request.symbol = "k";
  std::vector<float> image(4 * 16, -std::numeric_limits<float>::infinity());
  image[3 * 16 + 15] = std::numeric_limits<float>::quiet_NaN();
  const std::vector<Bytes> results = run(request, {bytes_of(image)});
  for (size_t y = 0; y < 4; ++y)
    for (size_t x = 0; x < 16; ++x) {
      const float value = element<float>(results[0], y * 16 + x);
      if (y >= 2 && x >= 14)
        EXPECT_TRUE(std::isnan(value)) << y << " " << x;
      else
        EXPECT_EQ(value, -std::numeric_limits<float>::infinity()) << y << " " << x;
    }
}

// The last block is in part surplus, and blocks, images and chunks of rows are one parallel loop:
// how much memory a task needs follows from where that loop goes.
TEST(Pooling, OutOfBlocksInParallel) {
  const Case c{
      .image = {3, 17, 3, 14, 14}, .kernel = {3, 3, 3}, .begin = {0, 0, 0}, .end = {0, 0, 0}};
  Problem problem = in_blocks(with_epilogue(maximum(c), Epilogue::relu), test_target());
  problem.forms.results.clear();
  check_forms(pooling(), problem);
}

TEST(Pooling, RefusesWhatIsNot) {
  const auto matches = [](const Problem& problem) { return pooling().matches(problem); };
  const catalogue::Target target = test_target();
  const Case c{.image = {1, 32, 8, 8}, .kernel = {2, 2}};
  EXPECT_TRUE(matches({maximum(c), target, {}}));
  EXPECT_FALSE(matches({maximum(c, DType::f64), target, {}}));
  EXPECT_FALSE(matches({maximum(c, DType::f16), target, {}}));
  EXPECT_FALSE(matches({convolution({1, 32, 8, 8}, 32, {2, 2}, 1, 0, 32), target, {}})); // weights
  EXPECT_FALSE(matches({definition_of(Epilogue::relu, {DType::f32, {1, 32, 8, 8}}), target, {}}));
  Problem problem = in_blocks(maximum(c), target);
  EXPECT_TRUE(matches(problem));
  for (const Layout& layout :
       {Layout::blocked(1, 2 * target.lanes(4)), Layout::blocked(2, target.lanes(4))}) {
    problem.forms.operands = {layout};
    EXPECT_FALSE(matches(problem));
  }
}

} // namespace
} // namespace fovea::kernel_test
