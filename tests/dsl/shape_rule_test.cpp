// Shape rules are total: whatever the attributes and operands, they return a shape or say why not.
// What they accept, the definition computes.
#include <fovea/dsl.hpp>

#include <gtest/gtest.h>

#include <random>

namespace fovea {
namespace {

class Fuzz {
 public:
  // One number in `wild` is absurd.
  explicit Fuzz(uint64_t seed, uint64_t wild) : engine_(seed), wild_(wild) {}

  int64_t number() {
    static constexpr int64_t odd[] = {
        0, -1, -7, INT64_MAX, INT64_MIN, INT64_C(1) << 31, INT64_C(1) << 40, 2147483647};
    return engine_() % wild_ == 0 ? odd[engine_() % 8] : static_cast<int64_t>(1 + engine_() % 6);
  }
  Shape shape() {
    Shape shape;
    const uint64_t rank = engine_() % 4 == 0 ? engine_() % 15 : 3 + engine_() % 3;
    for (uint64_t d = 0; d < rank; ++d)
      shape.push_back(number());
    return shape;
  }
  DType dtype() { return static_cast<DType>(engine_() % 9); }
  Types operands() {
    Types types;
    for (uint64_t count = 1 + engine_() % 6; count > 0; --count)
      types.push_back({dtype(), shape()});
    return types;
  }
  template <class Op>
  Op op() {
    Op op;
    common_ = engine_() % 4 == 0 ? engine_() % 6 : 0;
    op.visit([&](const char*, auto& field) { set(field); });
    return op;
  }

 private:
  void set(int64_t& field) { field = number(); }
  void set(bool& field) { field = engine_() % 2; }
  void set(double& field) { field = static_cast<double>(number()) / 8; }
  void set(PadMode& field) { field = static_cast<PadMode>(engine_() % 4); }
  void set(DepthOrder& field) { field = static_cast<DepthOrder>(engine_() % 2); }
  void set(ResizeMode& field) { field = static_cast<ResizeMode>(engine_() % 3); }
  void set(ResizeCoordinates& field) { field = static_cast<ResizeCoordinates>(engine_() % 7); }
  void set(ResizeRounding& field) { field = static_cast<ResizeRounding>(engine_() % 4); }
  void set(Shape& field) {
    field = Shape{};
    const uint64_t count = common_ ? common_ : engine_() % 3 == 0 ? engine_() % 4 : 1;
    for (uint64_t d = 0; d < count; ++d)
      field.push_back(number());
  }
  void set(PaddingMode& field) { field = static_cast<PaddingMode>(engine_() % 3); }
  void set(GeluApproximation& field) { field = static_cast<GeluApproximation>(engine_() % 2); }
  void set(DType& field) { field = dtype(); }

  std::mt19937_64 engine_;
  uint64_t wild_;
  uint64_t common_ = 0; // entries of all lists of an op; 0: each has its own number
};

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
  Fuzz fuzz(seed, 10);
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
  const uint64_t seed = 20240301;
  SCOPED_TRACE(seed);
  Fuzz fuzz(seed, 100);
  std::map<std::string, int> accepted;
  ops::All::for_each([&]<class Op>() {
    for (int repetition = 0; repetition < 20'000 && accepted[Op::name] < 100; ++repetition) {
      const Op op = fuzz.op<Op>();
      Types inputs{TensorType{fuzz.dtype(), fuzz.shape()}};
      for (int count = Op::inputs < 0 ? 1 + repetition % 3 : Op::inputs; count > 1; --count)
        inputs.push_back(inputs[0]);
      const Types operands = operands_of(op, inputs);
      const Inferred inferred = op.infer(operands);
      if (!inferred.ok() || inferred.results[0].bytes() > (1 << 20))
        continue;
      ++accepted[Op::name];
      const Definition definition = op.definition(operands);
      ASSERT_EQ(definition.operands.size(), operands.size()) << Op::name;
      EXPECT_EQ(definition.type_of(definition.tensor_of_equation(definition.results[0])),
                inferred.results[0])
          << to_string(definition);
    }
    EXPECT_GT(accepted[Op::name], 5) << Op::name;
  });
}

// Every op's attributes come back from their generic form.
TEST(ShapeRule, AttributesRoundTrip) {
  Fuzz fuzz(3, 10);
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
