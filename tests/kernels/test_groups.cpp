// Convolutions in groups: the groups become a dimension of their own, in whatever forms hold whole
// groups.
#include "compiler/kernels/contraction.hpp"
#include "compiler/kernels/groups.hpp"
#include "tests/kernels/forms.hpp"

#include <gmock/gmock.h>

namespace fovea::kernel_test {
namespace {

using catalogue::Layout;
using kernels::groups_apart;
using ::testing::ElementsAre;

const Algorithm& direct() {
  return find_algorithm("direct");
}

struct Grouped {
  int64_t batch, groups, channels, filters; // channels and filters of one group
  int64_t side, kernel, stride, padding;

  Definition definition() const {
    return convolution({batch, groups * channels, side, side}, groups * filters, {kernel, kernel},
                       stride, padding, groups);
  }
};

constexpr Grouped layers[] = {
    {1, 2, 3, 8, 7, 3, 1, 1},   {3, 4, 7, 3, 5, 3, 2, 1},   {1, 3, 8, 16, 6, 1, 1, 0},
    {1, 2, 16, 16, 5, 3, 1, 1}, {3, 2, 16, 24, 4, 3, 2, 1}, {1, 3, 17, 16, 2, 5, 1, 2},
    {1, 2, 1, 2, 9, 3, 1, 0},   {3, 2, 32, 3, 1, 3, 1, 1},  {1, 8, 4, 4, 8, 3, 1, 1},
    {1, 5, 2, 1, 6, 2, 1, 1},
};

// Z(b, 6 g + r, y, x) of 12 channels in 2 groups: every tensor with its groups apart.
TEST(Groups, AreADimension) {
  const Definition residual =
      with_epilogue(Grouped{1, 2, 6, 3, 5, 3, 1, 1}.definition(), Epilogue::residual);
  const auto apart = groups_apart({residual, test_target(), {}});
  ASSERT_TRUE(apart);
  const Definition& definition = apart->problem.definition;
  EXPECT_EQ(definition.operands[0].type.shape, (Shape{1, 2, 6, 5, 5}));
  EXPECT_EQ(definition.operands[1].type.shape, (Shape{2, 3, 6, 3, 3}));
  EXPECT_EQ(definition.operands[2].type.shape, (Shape{2, 3}));
  EXPECT_EQ(definition.operands[3].type.shape, (Shape{1, 2, 3, 5, 5}));
  EXPECT_EQ(definition.equations.back().shape(), (Shape{1, 2, 3, 5, 5}));
  const auto contraction = kernels::contraction_with_epilogue(definition);
  ASSERT_TRUE(contraction);
  EXPECT_THAT(contraction->groups, ElementsAre(1));
  EXPECT_THAT(contraction->columns, ElementsAre(2));
  EXPECT_THAT(contraction->rows, ElementsAre(0, 3, 4));
}

TEST(Groups, NothingElseChanges) {
  for (const Grouped& layer : {Grouped{1, 1, 6, 4, 5, 3, 1, 1}, Grouped{1, 4, 1, 1, 5, 3, 1, 1}}) {
    const auto apart = groups_apart({layer.definition(), test_target(), {}});
    ASSERT_TRUE(apart);
    EXPECT_EQ(canonical_text(apart->problem.definition), canonical_text(layer.definition()));
  }
}

// Blocks are taken where each is of one group, and nowhere else.
TEST(Groups, DirectTakesWholeGroups) {
  uint64_t seed = base_seed(1);
  for (const catalogue::Target& target : instruction_sets())
    for (const Grouped& layer : layers) {
      const Epilogue epilogue = epilogues[seed++ % std::size(epilogues)];
      const Definition definition = with_epilogue(layer.definition(), epilogue);
      Problem problem{definition, target, {}};
      SCOPED_TRACE(describe(direct(), problem));
      const int64_t lanes = target.lanes(4);
      const size_t of_image = layer.channels % lanes ? 1 : 2;
      const size_t of_result = layer.filters % lanes ? 1 : 2;
      const size_t residuals = epilogue == Epilogue::residual ? of_result : 1;
      const std::vector<Forms> accepted = accepted_forms(direct(), problem);
      const bool has_columns = layer.filters > 1;
      EXPECT_EQ(accepted.size(), has_columns ? 2 * of_image * of_result * residuals : 0);
      for (const Forms& forms : accepted) {
        problem.forms = forms;
        const bool compiled = &forms == &accepted.back() && target == test_target();
        check_forms(direct(), problem,
                    {.seed = seed, .special_values = seed % 3 == 0, .compiled = compiled});
      }
    }
}

TEST(Groups, PreferencesAreTaken) {
  for (const Grouped& layer : layers) {
    Problem problem{with_epilogue(layer.definition(), Epilogue::residual), test_target(), {}};
    if (!direct().matches(problem))
      continue;
    const Forms forms = preferred_forms(direct(), problem);
    const int64_t lanes = problem.target.lanes(4);
    const Layout blocks = Layout::blocked(1, lanes);
    EXPECT_EQ(forms.operands[0], layer.channels % lanes ? Layout() : blocks);
    EXPECT_EQ(forms.operands[3], layer.filters % lanes ? Layout() : blocks);
    EXPECT_EQ(forms.results[0], forms.operands[3]);
    problem.forms = forms;
    EXPECT_TRUE(direct().matches(problem)) << describe(direct(), problem);
  }
}

TEST(Groups, DirectRefusesOtherForms) {
  const int64_t lanes = test_target().lanes(4);
  const Grouped layer{1, 2, lanes * 3 / 2, lanes, 6, 3, 1, 1};
  const auto matches = [&](const Layout& image, const Layout& result) {
    return direct().matches({layer.definition(), test_target(), {{image}, {result}, {}}});
  };
  const Layout plain, blocks = Layout::blocked(1, lanes);
  EXPECT_TRUE(matches(plain, plain));
  EXPECT_TRUE(matches(plain, blocks));
  EXPECT_FALSE(matches(blocks, plain)) << "every third block holds channels of two groups";
  EXPECT_TRUE(matches(Layout::blocked(1, lanes / 2), plain));
  EXPECT_FALSE(matches(plain, Layout::blocked(1, 2 * lanes)));
  EXPECT_FALSE(matches(plain, Layout::blocked(1, lanes / 2)));
  EXPECT_FALSE(matches(Layout::blocked(2, lanes), plain));
  EXPECT_FALSE(matches(Layout::blocked(0, lanes), plain));
  EXPECT_FALSE(matches(plain, Layout::blocked(2, lanes)));
}

} // namespace
} // namespace fovea::kernel_test
