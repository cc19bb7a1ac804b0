#pragma once
#include <fovea/dsl.hpp>

#include <gtest/gtest.h>

#include <random>

namespace fovea::testing {

// Ops, shapes and types at random.
class OpFuzz {
 public:
  // One number in `wild` is absurd.
  explicit OpFuzz(uint64_t seed, uint64_t wild) : engine_(seed), wild_(wild) {}

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
  // The data operands of an op, of a kind that it may accept.
  template <class Op>
  Types inputs(const Op& op) {
    Types inputs{TensorType{dtype(), shape()}};
    const TensorType x = inputs[0];
    if constexpr (requires { op.further_inputs(x); }) {
      if (!check_operand(x, 3, 5).what && !op.check_window(x.shape.slice(2, x.shape.rank())).what)
        for (const TensorType& type : op.further_inputs(x))
          inputs.push_back(type);
    } else if constexpr (std::same_as<Op, ops::GridSample>) {
      const int dimensions = x.shape.rank() > 2 ? x.shape.rank() - 2 : 0;
      inputs.push_back({x.dtype, x.shape.empty() ? Shape{} : Shape{x.shape[0]}});
      for (int d = 0; d < dimensions; ++d)
        inputs[1].shape.push_back(number());
      inputs[1].shape.push_back(dimensions);
    }
    for (int count = Op::inputs < 0 ? 1 + static_cast<int>(engine_() % 3) : Op::inputs;
         count > static_cast<int>(inputs.size());)
      inputs.push_back(x);
    return inputs;
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
  void set(SampleMode& field) { field = static_cast<SampleMode>(engine_() % 2); }
  void set(SamplePadding& field) { field = static_cast<SamplePadding>(engine_() % 3); }
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

// Random ops of every kind, on small operands that their rules accept: visit(op, operands, result),
// as often as `wanted` for each kind, a few times at least.
template <class Visit>
void for_accepted_ops(uint64_t seed, int wanted, Visit visit) {
  SCOPED_TRACE(::testing::Message() << "seed " << seed);
  OpFuzz fuzz(seed, 100);
  ops::All::for_each([&]<class Op>() {
    SCOPED_TRACE(Op::name);
    int accepted = 0;
    for (int repetition = 0; repetition < 20'000 && accepted < wanted; ++repetition) {
      const Op op = fuzz.op<Op>();
      const Types operands = operands_of(op, fuzz.inputs(op));
      const Inferred inferred = op.infer(operands);
      if (!inferred.ok() || inferred.results[0].bytes() > (1 << 20))
        continue;
      ++accepted;
      visit(op, operands, inferred.results[0]);
      if (::testing::Test::HasFailure())
        return; // one of each op is enough to read
    }
    EXPECT_GT(accepted, 5);
  });
}

} // namespace fovea::testing
