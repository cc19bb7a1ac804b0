#include "tests/kernels/random_schedules.hpp"

#include <fovea/ops/dense.hpp>
#include <fovea/ops/max_pool.hpp>
#include <fovea/ops/softmax.hpp>

#include <fovea/error.hpp>

#include <gmock/gmock.h>

#include <map>

namespace fovea::kernel_test {
namespace {

using ::testing::HasSubstr;

template <class Op>
Definition definition_of(const Op& op, const Shape& image) {
  return op.definition(operands_of(op, {TensorType{DType::f32, image}}));
}

// Z = 2 * (X + Y(transposed)), W = max(Z, 0) - Z: three stages without a sum.
Definition chain() {
  Builder builder("chain");
  const int x = builder.operand("X", DType::f32, {6, 10});
  const int y = builder.operand("Y", DType::f32, {10, 6});
  const std::vector<IndexRange> free = {{"i", 6}, {"j", 10}};
  const int s = builder.equation(
      "S", free, add(builder.read(x, {index(0), index(1)}), builder.read(y, {index(1), index(0)})));
  const Expr sum = builder.read(s, {index(0), index(1)});
  const int z = builder.equation("Z", free, mul(sum, constant(2)));
  const Expr value = builder.read(z, {index(0), index(1)});
  return builder.results(
      {builder.equation("W", free, sub(op(ScalarOp::max, {value, constant(0)}), value))});
}

// A sum of integers, whose order is free: `atomic` belongs to it.
Definition integers() {
  Builder builder("integers");
  const int v = builder.operand("V", DType::i8, {5, 24});
  const int k = builder.operand("K", DType::i8, {7, 24});
  return builder.results(
      {builder.reduction("Z", {{"b", 5}, {"o", 7}}, ReduceKind::sum, {{"c", 24}},
                         mul(cast(builder.read(v, {index(0), index(2)}), DType::i32),
                             cast(builder.read(k, {index(1), index(2)}), DType::i32)))});
}

// Rows of a sum, picked at places that are computed in a stage of their own.
Definition gathers() {
  Builder builder("gathers");
  const int v = builder.operand("V", DType::f32, {9, 10, 5}),
            p = builder.operand("P", DType::i8, {14});
  const int t = builder.reduction("T", {{"i", 9}, {"k", 10}}, ReduceKind::sum, {{"l", 5}},
                                  builder.read(v, {index(0), index(1), index(2)}));
  const int a =
      builder.equation("A", {{"j", 14}},
                       add(cast(builder.read(p, {index(0)}), DType::i32), constant(3, DType::i32)));
  const Expr place = builder.read(a, {index(0)});
  return builder.results(
      {builder.equation("Z", {{"j", 14}, {"k", 10}},
                        mul(builder.read(t, {computed(place, Boundary::wrap), index(1)}),
                            builder.read(t, {computed(place), index(1)})))});
}

struct Case {
  const char* algorithm;
  Definition definition;
};

std::vector<Case> cases() {
  ops::MaxPool pool;
  pool.kernel = {3};
  pool.stride = {2};
  pool.set_padding(pad(1));
  ops::Dense dense;
  dense.outputs = 17;
  const Definition conv = with_epilogue(convolution({1, 4, 7, 9}, 6, {3, 3}, 1, 1), Epilogue::relu);
  return {{"generic", conv},
          {"generic", convolution({1, 8, 9, 9}, 8, {3, 3}, 2, 1, 8)},
          {"generic", definition_of(dense, {3, 24})},
          {"generic",
           definition_of(pool.expanded({TensorType{DType::f32, {1, 3, 9, 8}}}), {1, 3, 9, 8})},
          {"generic", definition_of(ops::Softmax{}, {4, 11})},
          {"generic", chain()},
          {"generic", integers()},
          {"generic", gathers()},
          {"direct", conv},
          {"direct", with_epilogue(convolution({1, 16, 5, 5}, 24, {3, 3}), Epilogue::tanh)}};
}

Problem problem_of(const Definition& definition) {
  return {definition, test_target(), {}};
}

// What Halide itself refuses, beyond what is known beforehand.
bool is_known_refusal(const std::string& message) {
  for (const char* reason :
       {"would access memory outside", "bounds that are too small", "does not fit the stack"})
    if (message.find(reason) != std::string::npos)
      return true;
  return false;
}

void count(std::map<Outcome::Kind, int>& outcomes, const Outcome& outcome) {
  ++outcomes[outcome.kind];
}

TEST(RandomSchedules, LegalOnesNeverChangeTheResult) {
  const uint64_t first = base_seed(1);
  const uint64_t wanted = runs_all() ? 1000 : 60;
  const catalogue::Catalogue catalogue = kernels::make_catalogue();
  const std::vector<Case> all = cases();
  std::map<Outcome::Kind, int> outcomes;
  for (uint64_t seed = first; seed < first + wanted; ++seed) {
    const Case& one = all[seed % all.size()];
    const Algorithm& algorithm = catalogue.find(one.algorithm);
    const Problem problem = problem_of(one.definition);
    Random random(seed * 7919);
    const std::string text = random_legal_schedule(algorithm.stages(problem), random);
    const Outcome outcome = outcome_of(algorithm, problem, text);
    count(outcomes, outcome);
    const bool good = outcome.kind == Outcome::Kind::right ||
                      (outcome.kind == Outcome::Kind::refused && is_known_refusal(outcome.message));
    EXPECT_TRUE(good) << "FOVEA_TEST_SEED=" << seed << " " << one.algorithm << "\n"
                      << to_string(one.definition) << text << outcome.message;
  }
  EXPECT_GE(outcomes[Outcome::Kind::right] * 10, static_cast<int>(wanted) * 7);
}

TEST(RandomSchedules, BrokenOnesAreRefusedOrHarmless) {
  const uint64_t first = base_seed(1);
  const uint64_t wanted = runs_all() ? 600 : 150;
  const catalogue::Catalogue catalogue = kernels::make_catalogue();
  const std::vector<Case> all = cases();
  int refused = 0;
  for (uint64_t seed = first; seed < first + wanted; ++seed) {
    const Case& one = all[seed % all.size()];
    const Algorithm& algorithm = catalogue.find(one.algorithm);
    const Problem problem = problem_of(one.definition);
    Random random(seed * 104729);
    const std::string text = random_broken_schedule(algorithm.stages(problem), random);
    const Outcome outcome = outcome_of(algorithm, problem, text);
    refused += outcome.kind == Outcome::Kind::refused;
    EXPECT_TRUE(outcome.kind == Outcome::Kind::right || outcome.kind == Outcome::Kind::refused)
        << "FOVEA_TEST_SEED=" << seed << " " << one.algorithm << "\n"
        << to_string(one.definition) << text << outcome.message;
    EXPECT_THAT(outcome.message, ::testing::Not(HasSubstr("Internal Error")))
        << "FOVEA_TEST_SEED=" << seed << "\n"
        << text;
  }
  EXPECT_GE(refused * 4, static_cast<int>(wanted));
}

} // namespace
} // namespace fovea::kernel_test
