// Stages that are larger than a cache, in strips of the stage that reads them.
#include "compiler/kernels/normalise.hpp"
#include "compiler/kernels/strips.hpp"
#include "tests/kernels/forms.hpp"

#include <gmock/gmock.h>

namespace fovea::kernel_test {
namespace {

using kernels::Strips;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

catalogue::Target small_cache(int64_t bytes, int threads = 4) {
  catalogue::Target target = test_target();
  target.l2_bytes = bytes;
  target.threads = threads;
  return target;
}

Strips strips_of(const Definition& definition, const catalogue::Target& target) {
  return kernels::plan_strips(definition, kernels::place(definition), target);
}

void check_on(const catalogue::Target& target, const Definition& definition, uint32_t seed = 1) {
  std::vector<Bytes> operands;
  for (const Operand& operand : definition.operands)
    operands.push_back(random_tensor(operand.type, seed++));
  expect_interpreted(definition, operands, run(definition, operands, std::nullopt, target));
}

// The sum of three elements of `tensor`, [height, width], along dimension `axis`.
Expr three(const Builder& builder, int tensor, int axis) {
  Expr sum;
  for (int k = 0; k < 3; ++k) {
    const Expr term = builder.read(
        tensor, {At(index(0) + fixed(axis == 0 ? k : 0)), At(index(1) + fixed(axis == 1 ? k : 0))});
    sum = sum ? add(sum, term) : term;
  }
  return sum;
}

// P is the image with a border, R sums along its rows, Z along R's columns.
struct Blur {
  int64_t height, width;
  bool shows_rows = false; // R is a result, too
  Boundary rule = Boundary::reflect;

  Definition definition() const {
    Builder builder("blur");
    const int x = builder.operand("X", DType::f32, {height, width});
    const int p = builder.equation(
        "P", {{"i", height + 2}, {"j", width + 2}},
        builder.read(x, {At(index(0) - fixed(1), rule), At(index(1) - fixed(1), rule)}));
    const int r = builder.equation("R", {{"i", height + 2}, {"j", width}}, three(builder, p, 1));
    const int z = builder.equation("Z", {{"i", height}, {"j", width}}, three(builder, r, 0));
    return shows_rows ? builder.results({z, r}) : builder.results({z});
  }
};

TEST(Strips, KeepWhatIsBetweenInTheCache) {
  const Definition blur = Blur{200, 50}.definition();
  const Strips strips = strips_of(blur, small_cache(32 << 10, 1));
  EXPECT_THAT(strips.hosts, ElementsAre(2, 2, -1));
  EXPECT_EQ(strips.cuts[2].dimension, 0);
  const int64_t rows = strips.cuts[2].size;
  EXPECT_LE((rows + 2) * (52 + 50) * 4, 16 << 10) << "half of the cache";
  EXPECT_GT((rows + 8) * (52 + 50) * 4, 16 << 10) << "as high as fits: " << rows;
  EXPECT_THAT(
      generic_schedule(blur, small_cache(32 << 10, 1)),
      AllOf(HasSubstr("P: compute_at(Z, i_strip)"), HasSubstr("R: compute_at(Z, i_strip)")));
}

TEST(Strips, WhatFitsTheCacheIsWhole) {
  EXPECT_THAT(strips_of(Blur{200, 50}.definition(), small_cache(200 << 10)).hosts,
              ElementsAre(-1, -1, -1));
}

TEST(Strips, OfFewRowsWouldRepeatTooMuch) {
  EXPECT_THAT(strips_of(Blur{200, 50}.definition(), small_cache(4 << 10)).hosts,
              ElementsAre(-1, -1, -1));
}

TEST(Strips, AResultIsWholeAndHostsOthers) {
  const Definition blur = Blur{200, 50, true, Boundary::wrap}.definition();
  EXPECT_THAT(strips_of(blur, small_cache(32 << 10)).hosts, ElementsAre(1, -1, -1));
}

TEST(Strips, AreEnoughForAllThreads) {
  const Strips strips = strips_of(Blur{320, 20}.definition(), small_cache(48 << 10, 4));
  EXPECT_EQ(strips.cuts[2].size, 20) << "16 tasks";
}

// A table that every strip reads whole is computed once.
TEST(Strips, TablesAreWhole) {
  Builder builder("table");
  const int x = builder.operand("X", DType::f32, {100, 64});
  const int w = builder.operand("W", DType::f32, {5, 9});
  const int t = builder.reduction("T", {{"m", 5}}, ReduceKind::sum, {{"n", 9}},
                                  builder.read(w, {At(index(0)), At(index(1))}));
  const int p =
      builder.equation("P", {{"i", 104}, {"j", 64}},
                       builder.read(x, {At(index(0) - fixed(2), Boundary::clamp), At(index(1))}));
  const int z = builder.reduction("Z", {{"i", 100}, {"j", 64}}, ReduceKind::sum, {{"m", 5}},
                                  mul(builder.read(p, {At(index(0) + index(2)), At(index(1))}),
                                      builder.read(t, {At(index(2))})));
  const Definition definition = builder.results({z});
  const std::string text = generic_schedule(definition, small_cache(16 << 10));
  EXPECT_THAT(text, HasSubstr("T: compute_root"));
  EXPECT_THAT(text, HasSubstr("P: compute_at(Z, "));
  check_on(small_cache(16 << 10), definition);
}

// What goes round is not near: no strip of it would do.
TEST(Strips, WhatGoesRoundIsWhole) {
  Builder builder("round");
  const int x = builder.operand("X", DType::f32, {64, 64});
  const int a = builder.equation("A", {{"i", 64}, {"j", 64}},
                                 op(ScalarOp::exp, {builder.read(x, {index(0), index(1)})}));
  Expr sum = builder.read(a, {At(index(0) - fixed(1), Boundary::wrap), At(index(1))});
  sum = add(sum, builder.read(a, {At(mod(index(0) * 7, 64)), At(index(1))}));
  const int z = builder.equation("Z", {{"i", 64}, {"j", 64}}, sum);
  const Definition definition = builder.results({z});
  EXPECT_THAT(generic_schedule(definition, small_cache(8 << 10)), HasSubstr("A: compute_root"));
  check_on(small_cache(8 << 10), definition);
}

// Of planes, one after the other; shared by threads together with the strips of each.
TEST(Strips, OfPlanes) {
  Builder builder("planes");
  const int x = builder.operand("X", DType::f32, {3, 50, 40});
  const std::vector<IndexRange> free = {{"c", 3}, {"i", 50}, {"j", 40}};
  const int e = builder.equation(
      "E", free, op(ScalarOp::tanh, {builder.read(x, {index(0), index(1), index(2)})}));
  Expr sum = builder.read(e, {At(index(0)), At(index(1) - fixed(1), Boundary::clamp), index(2)});
  sum = add(sum, builder.read(e, {index(0), index(1), At(index(2) + fixed(1), Boundary::clamp)}));
  const Definition definition = builder.results({builder.equation("Z", free, sum)});
  for (const int threads : {1, 4}) {
    const catalogue::Target target = small_cache(8 << 10, threads);
    EXPECT_EQ(strips_of(definition, target).cuts[1].dimension, 1);
    check_on(target, definition);
  }
}

// Windows with and without borders, sums as stages, halved and doubled maps, one after the other.
Definition random_chain(Random& random) {
  const auto pick = [&](int64_t least, int64_t most) {
    return std::uniform_int_distribution<int64_t>(least, most)(random);
  };
  Builder builder("chain");
  int64_t height = pick(20, 60), width = pick(5, 50);
  const bool planes = pick(0, 2) == 0;
  const auto shape = [&] { return planes ? Shape{2, height, width} : Shape{height, width}; };
  const auto free = [&] {
    std::vector<IndexRange> ranges = {{"i", height}, {"j", width}};
    if (planes)
      ranges.insert(ranges.begin(), {"c", 2});
    return ranges;
  };
  const auto read = [&](int tensor, const At& y, const At& x) {
    return planes ? builder.read(tensor, {At(index(0)), y, x}) : builder.read(tensor, {y, x});
  };
  const int i = planes ? 1 : 0, j = i + 1, m = j + 1;
  const int x = builder.operand("X", DType::f32, shape());
  int last = x;
  const int64_t stages = pick(2, 4);
  for (int64_t s = 0; s < stages; ++s) {
    const std::string name = "S" + std::to_string(s);
    const Boundary rules[] = {Boundary::clamp, Boundary::reflect, Boundary::wrap};
    const auto guarded = [&](const IndexExpr& at) {
      const int64_t rule = pick(0, 3);
      return rule == 3 ? zero(at) : At(at, rules[rule]);
    };
    switch (height < 8 ? pick(1, 3) : pick(0, 4)) {
    case 0: // a window that makes it smaller
      height -= 2;
      last = builder.reduction(name, free(), ReduceKind::sum, {{"m", 3}},
                               read(last, At(index(i) + index(m)), At(index(j))));
      break;
    case 1: // and one with a border
      last = builder.reduction(name, free(), pick(0, 1) ? ReduceKind::max : ReduceKind::sum,
                               {{"m", 3}, {"n", 3}},
                               read(last, guarded(index(i) + index(m) - fixed(1)),
                                    guarded(index(j) + index(m + 1) - fixed(1))));
      break;
    case 2:
      last = builder.equation(name, free(),
                              add(op(ScalarOp::exp, {read(last, At(index(i)), At(index(j)))}),
                                  read(last, guarded(index(i) - fixed(1)), At(index(j)))));
      break;
    case 3: // doubled
      height *= 2;
      last = builder.equation(
          name, free(), op(ScalarOp::tanh, {read(last, At(floor_div(index(i), 2)), At(index(j)))}));
      break;
    default: // halved
      height /= 2;
      last = builder.equation(
          name, free(),
          add(read(last, At(index(i) * 2), At(index(j))),
              op(ScalarOp::tanh, {read(last, At(index(i) * 2 + fixed(1)), At(index(j)))})));
    }
  }
  return builder.results({last});
}

TEST(Strips, RandomChains) {
  const uint64_t seed = base_seed(1);
  for (uint64_t k = 0; k < (runs_all() ? 300 : 24); ++k) {
    SCOPED_TRACE("seed " + std::to_string(seed + k));
    Random random(seed + k);
    const Definition chain = random_chain(random);
    const int64_t bytes = int64_t{1} << std::uniform_int_distribution<int>(11, 15)(random);
    check_on(small_cache(bytes, k % 2 ? 4 : 1), chain, static_cast<uint32_t>(k));
  }
}

} // namespace
} // namespace fovea::kernel_test
