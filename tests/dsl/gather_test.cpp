// Reads at computed indices: the language, what it binds to, and everything that follows from it.
#include "expect_error.hpp"
#include "support/indices.hpp"

#include <fovea/definition/interpreter.hpp>
#include <fovea/dsl.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

namespace fovea {
namespace {

using namespace testing;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

TensorType i64(const Shape& shape) {
  return {DType::i64, shape};
}

template <class Lambda>
Definition bound(Lambda lambda, const Types& types) {
  return define("f", lambda).definition(types);
}

// The elements of the only result.
std::vector<double> values(const Definition& definition, const std::vector<const void*>& operands) {
  std::vector<double> list;
  Interpreter interpreter(definition, reader_of(definition, operands));
  for (const Value& value : interpreter.all(0))
    list.push_back(is_float(definition.equations.back().type) ? value.real
                                                              : static_cast<double>(value.integer));
  return list;
}

const auto rows = [](Tensor<2> V, Tensor<1> P) { return Z(j, k) = V(P(j), k); };

TEST(Gather, ReadsAtThePlacesThatATensorNames) {
  const Definition definition = bound(rows, {f32({3, 2}), i64({4})});
  const std::vector<float> V{1, 2, 3, 4, 5, 6};
  const std::vector<int64_t> P{2, 0, 0, 1};
  EXPECT_THAT(values(definition, {V.data(), P.data()}), ElementsAre(5, 6, 1, 2, 1, 2, 3, 4));
}

TEST(Gather, OutsideIsTheNearestElementOrWhatTheRuleSays) {
  const std::vector<float> V{1, 2, 3};
  const std::vector<int64_t> P{-1, 3, 7, std::numeric_limits<int64_t>::min(),
                               std::numeric_limits<int64_t>::max()};
  const auto at = [&](auto lambda) {
    return values(bound(lambda, {f32({3}), i64({5})}), {V.data(), P.data()});
  };
  EXPECT_THAT(at([](Tensor<1> v, Tensor<1> p) { return Z(j) = v(p(j)); }),
              ElementsAre(1, 3, 3, 1, 3));
  EXPECT_THAT(at([](Tensor<1> v, Tensor<1> p) { return Z(j) = v(clamp(p(j))); }),
              ElementsAre(1, 3, 3, 1, 3));
  EXPECT_THAT(at([](Tensor<1> v, Tensor<1> p) { return Z(j) = v(zero(p(j))); }),
              ElementsAre(0, 0, 0, 0, 0));
  EXPECT_THAT(at([](Tensor<1> v, Tensor<1> p) { return Z(j) = v(constant(p(j), 9)); }),
              ElementsAre(9, 9, 9, 9, 9));
  // -2^63 mod 3 = 1, (2^63 - 1) mod 3 = 1; of period 4: 0 and 3, the latter mirrored to 1.
  EXPECT_THAT(at([](Tensor<1> v, Tensor<1> p) { return Z(j) = v(wrap(p(j))); }),
              ElementsAre(3, 1, 2, 2, 2));
  EXPECT_THAT(at([](Tensor<1> v, Tensor<1> p) { return Z(j) = v(reflect(p(j))); }),
              ElementsAre(2, 2, 2, 1, 2));
}

TEST(Gather, AnyIntegerExpressionIsAPlace) {
  const std::vector<float> V{1, 2, 3, 4, 5};
  const std::vector<int32_t> P{0, 1, 2};
  const Definition definition = bound(
      [](Tensor<1> v, Tensor<1> p) {
        return Z(i) = v(p(i) + cast(value(i), DType::i32)) * v(max(j)(p(j)));
      },
      {f32({5}), {DType::i32, {3}}});
  EXPECT_THAT(values(definition, {V.data(), P.data()}), ElementsAre(3, 9, 15));
  EXPECT_EQ(definition.equations.size(), 2u) << "the maximum is an equation of its own";
}

TEST(Gather, PlacesLimitRanges) {
  const auto shape = [](const Definition& definition) {
    return definition.equations.back().shape();
  };
  EXPECT_EQ(shape(bound(rows, {f32({9, 2}), i64({4})})), (Shape{4, 2}));
  EXPECT_EQ(shape(bound([](Tensor<1> v, Tensor<1> p) { return Z(i) = v(p(2 * i + 1)); },
                        {f32({9}), i64({8})})),
            (Shape{4}));
  EXPECT_THAT(error_of([] {
                bound([](Tensor<1> v, Tensor<1> p) { return Z(i.range(9)) = v(p(i)); },
                      {f32({9}), i64({8})});
              }).what,
              HasSubstr("a read of 't1' escapes"));
}

TEST(Gather, APlaceIsAnInteger) {
  const ErrorParts error = error_of([] { bound(rows, {f32({3, 2}), f32({4})}); });
  EXPECT_EQ(error.what, "equation: a tensor is read at an index that is no integer");
  EXPECT_EQ(error.expected, "a value of i8, u8, i32 or i64");
  EXPECT_EQ(error.got, "f32");
  EXPECT_EQ(error.hint, "convert it with cast(value, DType::i64)");
  EXPECT_EQ(error_of([] { bound(rows, {f32({3, 2}), {DType::boolean, {4}}}); }).got, "bool");
}

TEST(Gather, IsPrintedAsItIsWritten) {
  EXPECT_THAT(to_string(bound(rows, {f32({3, 2}), i64({4})})), HasSubstr("Z(j, k) = t0(t1(j), k)"));
  const auto guarded = [](Tensor<1> v, Tensor<1> p) { return Z(j) = v(zero(p(j) + 1)); };
  EXPECT_THAT(to_string(bound(guarded, {f32({3}), i64({4})})),
              HasSubstr("Z(j) = t0(zero(t1(j) + 1))"));
}

TEST(Gather, CanonicalTextTellsPlacesApart) {
  const Types types{f32({3}), i64({3}), i64({3})};
  const auto text = [&](auto lambda) { return canonical_text(bound(lambda, types)); };
  const std::string first =
      text([](Tensor<1> v, Tensor<1> p, Tensor<1>) { return Z(i) = v(p(i)); });
  EXPECT_EQ(first, text([](Tensor<1> v, Tensor<1> p, Tensor<1>) { return Z(i) = v(clamp(p(i))); }));
  EXPECT_NE(first, text([](Tensor<1> v, Tensor<1>, Tensor<1> q) { return Z(i) = v(q(i)); }));
  EXPECT_NE(first, text([](Tensor<1> v, Tensor<1> p, Tensor<1>) { return Z(i) = v(wrap(p(i))); }));
  EXPECT_NE(first, text([](Tensor<1> v, Tensor<1> p, Tensor<1>) { return Z(i) = v(p(i) + 1); }));
  EXPECT_NE(first, text([](Tensor<1> v, Tensor<1>, Tensor<1>) { return Z(i) = v(i); }));
}

TEST(Gather, IsNotPointwise) {
  EXPECT_FALSE(is_pointwise(
      bound([](Tensor<1> v, Tensor<1> p) { return Z(i) = v(p(i)); }, {f32({3}), i64({3})})));
}

TEST(Gather, ComputingAPlaceIsNoMultiplyAccumulate) {
  const Types types{f32({5}), i64({4}), i64({4})};
  EXPECT_EQ(count_macs(bound(
                [](Tensor<1> v, Tensor<1> p, Tensor<1> q) { return Z() = sum(m)(v(p(m) * q(m))); },
                types)),
            0);
  EXPECT_EQ(count_macs(bound([](Tensor<1> v, Tensor<1> p,
                                Tensor<1> q) { return Z() = sum(m)(v(p(m)) * v(q(m))); },
                             types)),
            4);
}

// A bag of rows, and the same for a batch of lists of places, or of tables.
TEST(Gather, IsMappedOverABatch) {
  const auto bag = [](Tensor<2> V, Tensor<1> P) { return Z(k) = sum(j)(V(P(j), k)); };
  const std::vector<float> V{1, 2, 3, 4, 5, 6}, W{1, 2, 3, 4, 5, 6, 10, 20, 30, 40, 50, 60};
  const std::vector<int64_t> P{2, 0, 1, 1};
  EXPECT_THAT(values(bound(bag, {f32({3, 2}), i64({2, 2})}), {V.data(), P.data()}),
              ElementsAre(6, 8, 6, 8));
  EXPECT_THAT(values(bound(bag, {f32({2, 3, 2}), i64({2})}), {W.data(), P.data()}),
              ElementsAre(6, 8, 60, 80));
  EXPECT_THAT(values(bound(bag, {f32({2, 3, 2}), i64({2, 2})}), {W.data(), P.data()}),
              ElementsAre(6, 8, 60, 80));
}

TEST(Gather, AnUncertainPlaceGivesAnUncertainElement) {
  const auto at = [](Tensor<1> v, Tensor<1> x) {
    return Z(i) = v(cast(exp(log(x(i))), DType::i32));
  };
  const Definition definition = bound(at, {f32({4}), f32({2})});
  const std::vector<float> V{1, 2, 3, 4}, X{2.5f, 2};
  Interpreter interpreter(definition, reader_of(definition, {V.data(), X.data()}));
  EXPECT_EQ(interpreter.element(0, {0}).error, 0) << "2.5 is 2 whatever was rounded";
  EXPECT_EQ(interpreter.element(0, {1}).error, std::numeric_limits<double>::infinity());
}

TEST(Gather, InAComposedSystem) {
  const Definition twice =
      bound([](Tensor<1> p) { return Z(i) = p(i) * 2; }, {TensorType{DType::i64, {2}}});
  const Definition at =
      bound([](Tensor<1> v, Tensor<1> p) { return Z(i) = v(p(i)); }, {f32({5}), i64({2})});
  const Definition whole =
      compose("whole", {{"v", f32({5})}, {"p", i64({2})}},
              {{twice, {{1, -1, 0}}}, {at, {{0, -1, 0}, {-1, 0, 0}}}}, {{1, 0}});
  ASSERT_EQ(whole.equations.size(), 2u);
  const std::vector<float> V{1, 2, 3, 4, 5};
  const std::vector<int64_t> P{2, 1};
  EXPECT_THAT(values(whole, {V.data(), P.data()}), ElementsAre(5, 3));
}

TEST(Gather, ReachesTheWholeDimension) {
  Network net("lookup");
  const Tensor<> image = net.input("image", {1, 2, 6, 9}), places = net.input("p", {4}, DType::i64);
  const auto pick = define("pick", [](Tensor<2> v, Tensor<1> p) { return Z(i, j) = v(i, p(j)); });
  net.output("z", pick(image, places) | max_pool(2));
  const Summary table = summary(net);
  EXPECT_EQ(table.rows[1].receptive_field, (Shape{2, 9}));
}

} // namespace
} // namespace fovea
