// What is left of a definition, after its weights' part has been taken out, is the definition.
#include "passes/hoist.hpp"
#include "tests/support/interpret.hpp"

#include <gtest/gtest.h>

#include <random>

namespace fovea::passes {
namespace {

using fovea::testing::Numbers;

Types batch_norm_types() {
  const TensorType channels{DType::f32, {3}};
  return {{DType::f32, {2, 3, 4, 5}}, channels, channels, channels, channels};
}

std::vector<Numbers> random_operands(const Types& types, uint64_t seed) {
  std::mt19937_64 random(seed);
  std::uniform_real_distribution<float> distribution(0.5f, 2.0f); // variances are positive
  std::vector<Numbers> operands;
  for (const TensorType& type : types) {
    Numbers numbers(static_cast<size_t>(type.shape.elements()));
    for (double& number : numbers)
      number = distribution(random);
    operands.push_back(std::move(numbers));
  }
  return operands;
}

Numbers run(const Hoisted& hoisted, const std::vector<Numbers>& operands) {
  const auto picked = [&](const std::vector<int>& numbers) {
    std::vector<Numbers> list;
    for (const int k : numbers)
      list.push_back(operands[static_cast<size_t>(k)]);
    return list;
  };
  std::vector<Numbers> own = picked(hoisted.kept);
  for (const Hoisted::Source& source : hoisted.sources) {
    const Hoisted::Part& part = hoisted.parts[static_cast<size_t>(source.part)];
    Definition one = part.definition;
    one.results = {source.result};
    own.push_back(fovea::testing::interpret(one, picked(part.operands)));
  }
  return fovea::testing::interpret(hoisted.rest, own);
}

int operations(const Definition& definition) {
  int count = 0;
  for_each_node(definition.equations[0].body,
                [&](const Node& node) { count += node.kind == Node::Kind::op; });
  return count;
}

TEST(Hoist, ABatchNormalisation) {
  const Types types = batch_norm_types();
  const Definition whole = ops::BatchNorm{}.definition(types);
  const std::vector<bool> known{false, true, true, true, true};
  for (const bool reassociate : {false, true}) {
    const auto hoisted = hoist_known(whole, known, reassociate);
    ASSERT_TRUE(hoisted);
    EXPECT_EQ(hoisted->parts.size(), 1u);
    EXPECT_EQ(hoisted->sources.size(), reassociate ? 2u : 1u); // scale and shift; the root alone
    EXPECT_EQ(operations(hoisted->rest), reassociate ? 2 : 4);
    for (uint64_t seed = 1; seed <= 5; ++seed) {
      const std::vector<Numbers> operands = random_operands(types, seed);
      const Numbers expected = fovea::testing::interpret(whole, operands);
      const Numbers result = run(*hoisted, operands);
      ASSERT_EQ(result.size(), expected.size());
      for (size_t k = 0; k < result.size(); ++k)
        EXPECT_NEAR(result[k], expected[k], reassociate ? 2e-6 : 0) << "seed " << seed;
    }
  }
}

TEST(Hoist, WhatIsNotKnownStays) {
  const Definition whole = ops::BatchNorm{}.definition(batch_norm_types());
  // The variance comes with each run, and the others are read as they are.
  for (const bool reassociate : {false, true})
    EXPECT_FALSE(hoist_known(whole, {false, true, true, true, false}, reassociate));
  EXPECT_FALSE(hoist_known(whole, {false, false, false, false, false}, true));
}

TEST(Hoist, OnlyWhatSavesOperations) {
  const TensorType image{DType::f32, {1, 3, 4, 4}}, scale{DType::f32, {3, 1, 1}};
  EXPECT_FALSE(hoist_known(ops::Mul{}.definition({image, scale}), {false, true}, true));
  EXPECT_FALSE(hoist_known(ops::Relu{}.definition({image}), {false}, true));
  EXPECT_FALSE(hoist_known(ops::Add{}.definition({image, image}), {false, true}, true));
}

} // namespace
} // namespace fovea::passes
