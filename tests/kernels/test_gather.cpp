// Reads at computed indices, compiled: every boundary rule, whatever the places are, and nothing
// outside a tensor is touched. What looks like a contraction, a window or an epilogue but for a
// computed index is none.
#include "compiler/kernels/contraction.hpp"
#include "compiler/kernels/normalise.hpp"
#include "forms.hpp"

#include <gmock/gmock.h>

#include <limits>

namespace fovea::kernel_test {
namespace {

using ::testing::ElementsAre;

// Z(j, k) = V(P(j), k)
Definition rows(DType type, Boundary boundary, const Shape& table = {5, 9}, int64_t places = 40) {
  Builder b("rows");
  const int v = b.operand("V", DType::f32, table), p = b.operand("P", type, {places});
  const Expr fill = boundary == Boundary::fill ? constant(0.5) : nullptr;
  return b.results(
      {b.equation("Z", {{"j", places}, {"k", table[1]}},
                  b.read(v, {computed(b.read(p, {At(index(0))}), boundary, fill), At(index(1))}))});
}

constexpr Boundary rules[] = {Boundary::clamp, Boundary::fill, Boundary::reflect, Boundary::wrap};

TEST(Gather, EveryRuleAndTypeOfPlaces) {
  for (const DType type : {DType::i8, DType::u8, DType::i32, DType::i64})
    for (const Boundary boundary : rules) {
      SCOPED_TRACE(std::string(name_of(type)) + " " + std::string(name_of(boundary)));
      check(rows(type, boundary));
    }
}

// Places whose lower 32 bits are inside, and the ends of the type.
TEST(Gather, PlacesFarOutside) {
  constexpr int64_t wide = INT64_C(1) << 32;
  using Limits = std::numeric_limits<int64_t>;
  const std::vector<int64_t> places{-1,
                                    5,
                                    wide,
                                    wide + 2,
                                    -wide,
                                    -wide + 3,
                                    Limits::min(),
                                    Limits::max(),
                                    4,
                                    0,
                                    INT64_C(1) << 31};
  const std::vector<float> table{10, 20, 30, 40, 50};
  const auto values = [&](Boundary boundary) {
    const Definition definition =
        rows(DType::i64, boundary, {5, 1}, static_cast<int64_t>(places.size()));
    const Bytes bytes = run(definition, {bytes_of(table), bytes_of(places)})[0];
    std::vector<float> list;
    for (size_t n = 0; n < places.size(); ++n)
      list.push_back(element<float>(bytes, n));
    return list;
  };
  EXPECT_THAT(values(Boundary::clamp), ElementsAre(10, 50, 50, 50, 10, 10, 10, 50, 50, 10, 50));
  EXPECT_THAT(values(Boundary::fill),
              ElementsAre(0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 50, 10, 0.5));
  // 2^31 mod 5 = 3, 2^32 mod 5 = 1, 2^63 mod 5 = 3
  EXPECT_THAT(values(Boundary::wrap), ElementsAre(50, 10, 20, 40, 50, 30, 30, 30, 50, 10, 40));
  // of period 8: 0 1 2 3 4 3 2 1
  EXPECT_THAT(values(Boundary::reflect), ElementsAre(20, 40, 10, 30, 10, 40, 10, 20, 50, 10, 10));
}

TEST(Gather, DimensionsOfOneElement) {
  for (const Boundary boundary : rules) {
    check(rows(DType::i32, boundary, {1, 7}));
    check(rows(DType::i32, boundary, {7, 1}, 1));
    check(rows(DType::i64, boundary, {1, 1}, 1));
  }
}

TEST(Gather, OfEveryElementType) {
  for (const DType type : {DType::f16, DType::bf16, DType::f64, DType::i8, DType::u8, DType::i32,
                           DType::i64, DType::boolean}) {
    SCOPED_TRACE(name_of(type));
    Builder b("types");
    const int v = b.operand("V", type, {6, 5}), p = b.operand("P", DType::i8, {11});
    check(b.results({b.equation("Z", {{"j", 11}, {"k", 5}},
                                b.read(v, {computed(b.read(p, {At(index(0))})), At(index(1))}))}));
  }
}

// Z(i, k) = sum(j) W(i, j) * V(P(i, j), k + j - 2 or 0)
TEST(Gather, InASum) {
  Builder b("bag");
  const int v = b.operand("V", DType::f32, {7, 12}), p = b.operand("P", DType::i8, {4, 5}),
            w = b.operand("W", DType::f32, {4, 5});
  const Expr place = b.read(p, {At(index(0)), At(index(2))});
  const Expr element = b.read(v, {computed(place), zero(index(1) + index(2) + fixed(-2))});
  const Definition bag =
      b.results({b.reduction("Z", {{"i", 4}, {"k", 12}}, ReduceKind::sum, {{"j", 5}},
                             mul(b.read(w, {At(index(0)), At(index(2))}), element))});
  EXPECT_FALSE(kernels::contraction_of(bag, 0));
  check(bag);
}

// The tensor that is read at computed places is itself computed: by a sum, beside which it is read
// at its own place too, and by something cheap.
TEST(Gather, OfASum) {
  for (const bool reduces : {false, true}) {
    Builder b("of_a_sum");
    const int x = b.operand("X", DType::f32, {9, 30}), p = b.operand("P", DType::i8, {9});
    const int t = b.reduction("T", {{"i", 9}}, ReduceKind::sum, {{"l", 30}},
                              b.read(x, {At(index(0)), At(index(1))}));
    const int u = b.equation("U", {{"i", 9}}, add(b.read(t, {At(index(0))}), constant(1)));
    const Expr there = b.read(u, {computed(b.read(p, {At(index(reduces ? 1 : 0))}))});
    if (reduces)
      check(b.results({b.reduction("Z", {{"i", 3}}, ReduceKind::max, {{"j", 9}},
                                   mul(there, b.read(t, {At(index(1))})))}));
    else
      check(b.results({b.equation("Z", {{"i", 9}}, sub(there, b.read(u, {At(index(0))})))}));
  }
}

// Z(i) = max(j) T(P(i, j)): a sum is not computed again for each element that reads it.
TEST(Gather, OfASumByAReduction) {
  Builder b("most");
  const int x = b.operand("X", DType::f32, {9, 30}), p = b.operand("P", DType::i8, {4, 5});
  const int t = b.reduction("T", {{"i", 9}}, ReduceKind::sum, {{"l", 30}},
                            b.read(x, {At(index(0)), At(index(1))}));
  check(b.results({b.reduction("Z", {{"i", 4}}, ReduceKind::max, {{"j", 5}},
                               b.read(t, {computed(b.read(p, {At(index(0)), At(index(1))}))}))}));
}

// V(P(Q(i)), R(i) + i, i), with places from a sum and from floats.
TEST(Gather, PlacesThatAreComputedThemselves) {
  Builder b("places");
  const int v = b.operand("V", DType::f32, {6, 8, 20}), p = b.operand("P", DType::i8, {7}),
            q = b.operand("Q", DType::u8, {20}), x = b.operand("X", DType::f32, {20, 3});
  const int r = b.reduction("R", {{"i", 20}}, ReduceKind::sum, {{"l", 20}},
                            cast(b.read(q, {At(index(1))}), DType::i32));
  const Expr inner = b.read(p, {computed(b.read(q, {At(index(0))}), Boundary::wrap)});
  const Expr shifted = add(cast(b.read(r, {At(index(0))}), DType::i64), index_value(index(0)));
  const int z =
      b.equation("Z", {{"i", 20}},
                 b.read(v, {computed(inner), computed(shifted, Boundary::reflect), At(index(0))}));
  const Expr scaled = cast(mul(b.read(x, {At(index(0)), At(fixed(1))}), constant(7)), DType::i32);
  const int y =
      b.equation("Y", {{"i", 20}}, b.read(z, {computed(scaled, Boundary::fill, constant(-1))}));
  check(b.results({z, y}));
}

// Places that are the same for all elements: what is read of a tensor, or of a sum, is known only
// when the kernel runs.
TEST(Gather, PlacesThatNoIndexMoves) {
  for (const DType type : {DType::i8, DType::i32, DType::i64})
    for (const Boundary rule : rules) {
      SCOPED_TRACE(std::string(name_of(type)) + " " + std::string(name_of(rule)));
      Builder b("fixed_places");
      const int x = b.operand("X", DType::f32, {9, 20, 30}), p = b.operand("P", type, {}),
                q = b.operand("Q", type, {3});
      const int t = b.reduction("T", {{"i", 9}, {"k", 20}}, ReduceKind::sum, {{"l", 30}},
                                b.read(x, {At(index(0)), At(index(1)), At(index(2))}));
      const Expr fill = rule == Boundary::fill ? constant(0.5) : nullptr;
      const Expr first = b.read(p, {}), second = b.read(q, {At(fixed(1))});
      const int y = b.equation("Y", {{"k", 20}},
                               mul(b.read(t, {computed(first, rule, fill), At(index(0))}),
                                   b.read(t, {computed(second), At(index(0))})));
      const int z = b.equation(
          "Z", {{"k", 20}},
          b.read(x, {computed(second, rule, fill), At(index(0)), computed(first, rule, fill)}));
      check(b.results({y, z}));
    }
}

// A plane of places and neighbours that are walked together: [6, 7] and [3, 4] join.
TEST(Gather, JoinsTheDimensionsBeside) {
  Builder b("joined");
  const int v = b.operand("V", DType::f32, {5, 3, 4}), p = b.operand("P", DType::i8, {6, 7});
  const Definition definition = b.results({b.equation(
      "Z", {{"i", 6}, {"j", 7}, {"k", 3}, {"l", 4}},
      b.read(v, {computed(b.read(p, {At(index(0)), At(index(1))})), At(index(2)), At(index(3))}))});
  EXPECT_EQ(kernels::simplify(definition).equations[0].shape(), (Shape{42, 12}));
  check(definition);
}

// With blocks along any axis, of tensors and places, and what follows element by element.
TEST(Gather, InAnyForm) {
  const Algorithm& generic = find_algorithm("generic");
  const uint64_t first = base_seed(1), wanted = runs_all() ? 400 : 16;
  for (uint64_t seed = first; seed < first + wanted; ++seed) {
    SCOPED_TRACE("FOVEA_TEST_SEED=" + std::to_string(seed));
    Random random(seed * 7919);
    Problem problem{with_epilogue(random_gather(random), epilogues[seed % std::size(epilogues)]),
                    test_target(),
                    {}};
    if (const std::optional<Forms> forms = random_forms(generic, problem, random))
      problem.forms = *forms;
    check_forms(generic, problem,
                {.seed = random(), .special_values = seed % 3 == 0, .compiled = seed % 2 == 0});
  }
}

// Of everything that the catalogue computes, with one subscript of each read in turn computed: only
// the generic algorithm takes it.
TEST(Gather, IsForTheGenericAlgorithm) {
  Random random(3);
  const catalogue::Catalogue catalogue = kernels::make_catalogue();
  int gathers = 0;
  for (int repetition = 0; repetition < 60; ++repetition) {
    Definition definition = random_anchor(random);
    Equation& equation = definition.equations[0];
    size_t reads = 0, number = random() % 2;
    equation.body = rebuild(equation.body, [&](Node node) -> Expr {
      if (node.kind == Node::Kind::read && !node.subscripts.empty() && reads++ == number) {
        Subscript& subscript = node.subscripts[random() % node.subscripts.size()];
        subscript = computed(index_value(subscript.index));
      }
      return std::make_shared<const Node>(std::move(node));
    });
    gathers += has_gather(definition);
    if (!has_gather(definition))
      continue;
    for (const Algorithm* algorithm : catalogue.algorithms())
      if (algorithm->name() != "separable") { // a weight may stand at a computed place
        EXPECT_EQ(algorithm->matches({definition, test_target(), {}}),
                  algorithm->name() == "generic")
            << algorithm->name() << "\n"
            << to_string(definition);
      }
  }
  EXPECT_GT(gathers, 30);
}

} // namespace
} // namespace fovea::kernel_test
