// Convolutions whose kernel comes round again: phases become dimensions of their own.
#include "compiler/kernels/contraction.hpp"
#include "compiler/kernels/phases.hpp"
#include "tests/kernels/forms.hpp"

#include <gmock/gmock.h>

namespace fovea::kernel_test {
namespace {

using catalogue::Layout;
using kernels::phases_apart;
using ::testing::ElementsAre;

const Algorithm& direct() {
  return find_algorithm("direct");
}

// Z(b, i, y, x) = sum(l, m, n) V(b, l, s y + m - p, s x + n - p) K(i, l, m, n, y mod t, x mod u)
struct Tiled {
  int64_t batch, channels, filters, height, width, kernel, stride, padding, down, across;

  int64_t outputs(int64_t extent) const { return (extent + 2 * padding - kernel) / stride + 1; }
  Definition definition() const {
    Builder builder("tiled_conv");
    const int v = builder.operand("V", DType::f32, {batch, channels, height, width});
    const int k =
        builder.operand("K", DType::f32, {filters, channels, kernel, kernel, down, across});
    const auto at = [&](int place, int tap) {
      const IndexExpr position = index(place) * stride + index(tap) - fixed(padding);
      return padding > 0 ? zero(position) : At(position);
    };
    const Expr body = mul(builder.read(v, {At(index(0)), At(index(4)), at(2, 5), at(3, 6)}),
                          builder.read(k, {At(index(1)), At(index(4)), At(index(5)), At(index(6)),
                                           At(mod(index(2), down)), At(mod(index(3), across))}));
    const std::vector<IndexRange> free = {
        {"b", batch}, {"i", filters}, {"y", outputs(height)}, {"x", outputs(width)}};
    return builder.results({builder.reduction(
        "Z", free, ReduceKind::sum, {{"l", channels}, {"m", kernel}, {"n", kernel}}, body)});
  }
};

constexpr Tiled layers[] = {
    {1, 3, 5, 6, 8, 3, 1, 1, 2, 2},    {2, 4, 16, 6, 9, 3, 1, 1, 2, 3},
    {1, 16, 17, 8, 4, 3, 1, 1, 1, 2},  {3, 2, 3, 9, 9, 2, 1, 0, 4, 8},
    {1, 5, 32, 12, 12, 5, 2, 2, 3, 2}, {1, 17, 8, 4, 6, 1, 1, 0, 2, 1},
    {2, 1, 20, 6, 6, 3, 1, 1, 6, 3},
};

TEST(Phases, AreDimensions) {
  const Definition residual =
      with_epilogue(Tiled{1, 3, 5, 6, 8, 3, 1, 1, 2, 4}.definition(), Epilogue::residual);
  const auto apart = phases_apart({residual, test_target(), {}});
  ASSERT_TRUE(apart);
  const Definition& definition = apart->problem.definition;
  EXPECT_EQ(apart->first, 2);
  EXPECT_EQ(definition.operands[0].type.shape, (Shape{1, 3, 6, 8})) << "windows overlap";
  EXPECT_EQ(definition.operands[2].type.shape, (Shape{1, 5, 3, 2, 2, 4}));
  EXPECT_EQ(definition.equations.back().shape(), (Shape{1, 5, 3, 2, 2, 4}));
  const auto contraction = kernels::contraction_with_epilogue(definition);
  ASSERT_TRUE(contraction);
  EXPECT_THAT(contraction->groups, ElementsAre(3, 5));
  EXPECT_THAT(contraction->columns, ElementsAre(1));
  EXPECT_THAT(contraction->rows, ElementsAre(0, 2, 4));
  ASSERT_EQ(contraction->windows.size(), 2u);
  EXPECT_EQ(contraction->windows[0].stride, 2);
  EXPECT_EQ(contraction->windows[1].stride, 4);
}

TEST(Phases, NothingElseChanges) {
  for (const Definition& definition : {convolution({1, 3, 6, 6}, 4, {3, 3}, 1, 1),
                                       Tiled{1, 3, 5, 7, 9, 3, 1, 1, 2, 2}.definition(),
                                       Tiled{1, 3, 5, 6, 8, 3, 1, 1, 1, 1}.definition()}) {
    const auto apart = phases_apart({definition, test_target(), {}});
    ASSERT_TRUE(apart);
    EXPECT_EQ(apart->first, -1);
    EXPECT_EQ(canonical_text(apart->problem.definition), canonical_text(definition));
  }
}

TEST(Phases, DirectComputesThem) {
  uint64_t seed = base_seed(1);
  for (const catalogue::Target& target : instruction_sets())
    for (const Tiled& layer : layers) {
      const Epilogue epilogue = epilogues[seed++ % std::size(epilogues)];
      Problem problem{with_epilogue(layer.definition(), epilogue), target, {}};
      SCOPED_TRACE(describe(direct(), problem));
      const std::vector<Forms> accepted = accepted_forms(direct(), problem);
      EXPECT_GE(accepted.size(), 4u);
      for (const Forms& forms : accepted) {
        problem.forms = forms;
        const bool compiled = &forms == &accepted.back() && target == test_target();
        check_forms(direct(), problem,
                    {.seed = seed, .special_values = seed % 3 == 0, .compiled = compiled});
      }
    }
}

TEST(Phases, PreferencesAreTaken) {
  for (const Tiled& layer : layers) {
    Problem problem{with_epilogue(layer.definition(), Epilogue::residual), test_target(), {}};
    problem.forms.results = {direct().preferred_result_layout(problem, 0)};
    problem.forms.operands = {direct().preferred_operand_layout(problem, 0),
                              {},
                              direct().preferred_operand_layout(problem, 2)};
    EXPECT_EQ(problem.forms.result(0), Layout::blocked(1, problem.target.lanes(4)));
    EXPECT_TRUE(direct().matches(problem)) << describe(direct(), problem);
  }
}

// Channels last: blocks of them would stand behind what is split.
TEST(Phases, DirectRefusesBlocksBehindThem) {
  Builder builder("last");
  const int v = builder.operand("V", DType::f32, {8, 3});
  const int k = builder.operand("K", DType::f32, {32, 3, 2});
  const Expr body = mul(builder.read(v, {At(index(0)), At(index(2))}),
                        builder.read(k, {At(index(1)), At(index(2)), At(mod(index(0), 2))}));
  Problem problem{builder.results({builder.reduction("Z", {{"x", 8}, {"i", 32}}, ReduceKind::sum,
                                                     {{"l", 3}}, body)}),
                  test_target(),
                  {}};
  ASSERT_TRUE(direct().matches(problem));
  EXPECT_EQ(direct().preferred_result_layout(problem, 0), Layout());
  check_forms(direct(), problem);
  problem.forms.results = {Layout::blocked(1, problem.target.lanes(4))};
  EXPECT_FALSE(direct().matches(problem));
}

} // namespace
} // namespace fovea::kernel_test
