// What is left of a definition, after its weights' part has been taken out, is the definition.
#include "passes/hoist.hpp"

#include <fovea/definition/interpreter.hpp>
#include <fovea/dsl.hpp>

#include <gtest/gtest.h>

#include <random>

namespace fovea::passes {
namespace {

using Floats = std::vector<float>;

Types batch_norm_types() {
  const TensorType channels{DType::f32, {3}};
  return {{DType::f32, {2, 3, 4, 5}}, channels, channels, channels, channels};
}

std::vector<Floats> random_operands(const Types& types, uint64_t seed) {
  std::mt19937_64 random(seed);
  std::uniform_real_distribution<float> distribution(0.5f, 2.0f); // variances are positive
  std::vector<Floats> operands;
  for (const TensorType& type : types) {
    operands.emplace_back(static_cast<size_t>(type.shape.elements()));
    for (float& number : operands.back())
      number = distribution(random);
  }
  return operands;
}

// Result `result` of those of `operands` that are numbered in `read`, then of `more`.
Floats evaluate(const Definition& definition, int result, const std::vector<Floats>& operands,
                const std::vector<int>& read, const std::vector<Floats>& more = {}) {
  std::vector<const void*> data;
  for (const int k : read)
    data.push_back(operands[static_cast<size_t>(k)].data());
  for (const Floats& floats : more)
    data.push_back(floats.data());
  Interpreter interpreter(definition, reader_of(definition, data));
  Floats values;
  for (const Value& value : interpreter.all(result))
    values.push_back(static_cast<float>(value.real));
  return values;
}

Floats run(const Hoisted& hoisted, const std::vector<Floats>& operands) {
  std::vector<Floats> parts;
  for (const Hoisted::Source& source : hoisted.sources) {
    const Hoisted::Part& part = hoisted.parts[static_cast<size_t>(source.part)];
    parts.push_back(evaluate(part.definition, source.result, operands, part.operands));
  }
  return evaluate(hoisted.rest, 0, operands, hoisted.kept, parts);
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
      const std::vector<Floats> operands = random_operands(types, seed);
      const Floats expected = evaluate(whole, 0, operands, {0, 1, 2, 3, 4});
      const Floats result = run(*hoisted, operands);
      ASSERT_EQ(result.size(), expected.size());
      for (size_t k = 0; k < result.size(); ++k)
        // The interpreter rounds what is stored, so the root alone too: a few roundings of up to 8.
        EXPECT_NEAR(result[k], expected[k], 4e-6) << "seed " << seed;
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
