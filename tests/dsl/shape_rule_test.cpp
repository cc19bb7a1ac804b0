// Shape rules are total: whatever the attributes and operands, they return a shape or say why not.
// What they accept, the definition computes.
#include "op_fuzz.hpp"

#include <gtest/gtest.h>

namespace fovea {
namespace {

template <class Op>
void check_accepted(const Op& op, const Types& operands) {
  const Inferred inferred = op.infer(operands);
  if (!inferred.ok()) {
    EXPECT_FALSE(render(inferred.error.what, inferred.error, operands[0].shape).empty());
    return;
  }
  for (const TensorType& type : inferred.results) {
    EXPECT_GE(type.bytes(), 1) << Op::name << " gives " << to_string(type.shape);
    EXPECT_LE(type.shape.rank(), max_rank);
  }
}

TEST(ShapeRule, IsTotal) {
  const uint64_t seed = 20240229;
  SCOPED_TRACE(seed);
  testing::OpFuzz fuzz(seed, 10);
  ops::All::for_each([&]<class Op>() {
    for (int repetition = 0; repetition < 2000; ++repetition) {
      const Op op = fuzz.op<Op>();
      check_accepted(op, fuzz.operands());
      const Types few{TensorType{fuzz.dtype(), fuzz.shape()}};
      check_accepted(op, operands_of(op, few)); // parameters that fit
    }
  });
}

// Small operands of every rank that a rule accepts have a definition of the same result.
TEST(ShapeRule, AgreesWithTheDefinition) {
  const auto check = [](const auto& op, const Types& operands, const TensorType& result) {
    const Definition definition = op.definition(operands);
    ASSERT_EQ(definition.operands.size(), operands.size());
    EXPECT_EQ(definition.type_of(definition.tensor_of_equation(definition.results[0])), result)
        << to_string(definition);
  };
  testing::for_accepted_ops(20240301, 100, check);
}

// Every op's attributes come back from their generic form.
TEST(ShapeRule, AttributesRoundTrip) {
  testing::OpFuzz fuzz(3, 10);
  ops::All::for_each([&]<class Op>() {
    const Op op = fuzz.op<Op>();
    const Attributes attributes = attributes_of(op);
    Op copy;
    size_t next = 0;
    copy.visit([&](const char* name, auto& field) {
      EXPECT_EQ(attributes[next].first, name);
      EXPECT_TRUE(from_attribute(attributes[next].second, field)) << Op::name << " " << name;
      ++next;
    });
    EXPECT_EQ(attributes_of(copy), attributes) << Op::name;
  });
}

TEST(ShapeRule, RendersItsTexts) {
  const ShapeError error{"a {0} of {in}, {1}{2}", "", "", "", {Shape{3, 3}, Shape{7}}};
  EXPECT_EQ(render(error.what, error, {1, 2}), "a 3x3 of 1x2, 7?");
}

} // namespace
} // namespace fovea
