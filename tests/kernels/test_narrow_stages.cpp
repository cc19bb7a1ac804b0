// Floats that are integers between known bounds, computed in 8, 16 and 32 bits.
#include "compiler/kernels/narrow_stages.hpp"
#include "compiler/kernels/normalise.hpp"
#include "tests/kernels/kernel_test.hpp"

#include <fovea/filters.hpp>

#include <gmock/gmock.h>

#include <algorithm>
#include <random>

namespace fovea::kernel_test {
namespace {

using kernels::NarrowStages;
using kernels::rounded_quotient;
using kernels::RoundedQuotient;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

// --- rounding without floats --------------------------------------------------------------------

std::vector<int64_t> values_of(int64_t low, int64_t count, double (*round)(double), float divisor) {
  std::vector<int64_t> values;
  for (int64_t x = low; x < low + count; ++x)
    values.push_back(static_cast<int64_t>(round(static_cast<float>(x) / divisor)));
  return values;
}

double to_even(double x) {
  return std::nearbyint(x);
}
double down(double x) {
  return std::floor(x);
}
double up(double x) {
  return std::ceil(x);
}

TEST(RoundedQuotient, IsTheFunctionForAllItsArguments) {
  for (const int64_t low : {0, 5, -3, -1000, -32768, 40000})
    for (const int64_t count : {3000, 6376, 30000})
      for (const float divisor : {2, 3, 6, 7, 9, 10, 16, 25, 36, 49, 64, 81, 100, 121, 256, 273})
        for (double (*round)(double) : {to_even, down, up}) {
          const std::vector<int64_t> values = values_of(low, count, round, divisor);
          const std::optional<RoundedQuotient> form = rounded_quotient(low, values);
          ASSERT_TRUE(form) << low << ", " << count << " values by " << divisor;
          for (int64_t k = 0; k < count; ++k)
            ASSERT_EQ((*form)(low + k), values[static_cast<size_t>(k)])
                << low + k << " by " << divisor;
        }
}

TEST(RoundedQuotient, OfAPowerOfTwoIsAShift) {
  EXPECT_EQ(rounded_quotient(0, values_of(0, 65281, to_even, 256))->multiplier, 0);
  EXPECT_TRUE(rounded_quotient(0, values_of(0, 65281, to_even, 256))->to_even);
  EXPECT_NE(rounded_quotient(0, values_of(0, 6376, to_even, 25))->multiplier, 0);
  EXPECT_FALSE(rounded_quotient(0, values_of(0, 6376, to_even, 25))->to_even);
}

TEST(RoundedQuotient, IsNoneOfWhatIsNoQuotient) {
  std::vector<int64_t> squares, jumps = values_of(0, 1000, down, 5);
  for (int64_t x = 0; x < 256; ++x)
    squares.push_back(x * x / 256);
  EXPECT_FALSE(rounded_quotient(0, squares));
  ++jumps[500];
  EXPECT_FALSE(rounded_quotient(0, jumps));
  EXPECT_FALSE(rounded_quotient(0, values_of(0, 65536, down, 7))) << "17 bits are needed";
  EXPECT_FALSE(rounded_quotient(0, values_of(0, 70000, down, 2)));
}

// --- what is narrow -----------------------------------------------------------------------------

// "P 1" says that P has one byte an element.
std::vector<std::string> narrow(const Definition& definition) {
  const Definition stages = kernels::split_stages(kernels::simplify(definition));
  const NarrowStages narrow(stages);
  std::vector<std::string> names;
  for (size_t e = 0; e < stages.equations.size(); ++e)
    if (const kernels::IntegerRange* range = narrow.kept(e))
      names.push_back(stages.equations[e].name + (range->is_signed() ? " -" : " ") +
                      std::to_string(narrow.element_bytes(stages.equations[e])));
  return names;
}

int64_t lane_bytes(const Definition& definition) {
  const Definition stages = kernels::split_stages(kernels::simplify(definition));
  return NarrowStages(stages).lane_bytes(stages.equations.back());
}

Definition of_bytes(const filters::Filter& filter) {
  return filter.definition({DType::u8, {40, 70}});
}
TEST(NarrowStages, OfFiltersOfBytes) {
  EXPECT_THAT(narrow(of_bytes(filters::box(5))),
              ElementsAre("P 1", "R_sum 2", "R 2", "sum_sum 2", "sum 2"));
  EXPECT_THAT(narrow(of_bytes(filters::box(17))),
              ElementsAre("P 1", "R_sum 2", "R 2", "sum_sum 4", "sum 4"));
  EXPECT_THAT(narrow(of_bytes(filters::box(5, false))),
              ElementsAre("P 1", "R_sum 2", "R 2", "Z_sum 2"));
  EXPECT_THAT(narrow(of_bytes(filters::gaussian5x5())), ElementsAre("P 1", "R 2"));
  EXPECT_THAT(narrow(of_bytes(filters::sobel().x())), ElementsAre("P 1"));
}

TEST(NarrowStages, VectorsHaveTheLanesOfTheWidestInteger) {
  EXPECT_EQ(lane_bytes(of_bytes(filters::box(5))), 2);
  EXPECT_EQ(lane_bytes(of_bytes(filters::gaussian5x5())), 2);
  EXPECT_EQ(lane_bytes(of_bytes(filters::gaussian(1.5))), 4) << "its weights are no integers";
  EXPECT_EQ(lane_bytes(of_bytes(filters::sobel().x())), 4) << "f32 is the result";
}

TEST(NarrowStages, NoneWhereAValueMayBeNoInteger) {
  EXPECT_THAT(narrow(filters::box(5).definition({DType::f32, {40, 70}})), IsEmpty());
  EXPECT_THAT(narrow(of_bytes(filters::gaussian(1.5))), IsEmpty());
  EXPECT_THAT(narrow(of_bytes(filters::bilateral(1.5, 30))), IsEmpty());
}

// S is read at three places: it has elements of its own.
std::vector<std::string> narrow_sum(const std::string& value, const std::string& operand) {
  return narrow(bound("stages(" + operand + ") -> Z\nS(i) = sum(m)(" + value +
                      ") where m < 3\nZ(i) = S(i) + S(i + 1) + S(i + 2) where i < 9"));
}

TEST(NarrowStages, EndAtWhatFloatsHoldExactly) {
  EXPECT_THAT(narrow_sum("f32(x(i + m))", "x: 40xu8"), ElementsAre("S_sum 2", "S 2"));
  EXPECT_THAT(narrow_sum("f32(x(i + m))", "x: 40xi8"), ElementsAre("S_sum -2", "S -2"));
  EXPECT_THAT(narrow_sum("f32(x(i + m))*85.0", "x: 40xu8"), ElementsAre("S_sum 2", "S 2"));
  EXPECT_THAT(narrow_sum("f32(x(i + m))*86.0", "x: 40xu8"), ElementsAre("S_sum 4", "S 4"));
  EXPECT_THAT(narrow_sum("f32(x(i + m))*0.5", "x: 40xu8"), IsEmpty());
  EXPECT_THAT(narrow_sum("f32(x(i + m))*86000.0", "x: 40xu8"), IsEmpty());
  EXPECT_THAT(narrow_sum("f32(x(i + m))", "x: 40xi32"), IsEmpty());
}

// --- and right ----------------------------------------------------------------------------------

// Of u8 or i8: noise, and rows of the least and the greatest bytes, of both by turns, and around
// the middle.
Bytes picture(const TensorType& type, uint32_t seed) {
  Bytes bytes = random_tensor(type, seed);
  const int64_t width = std::max<int64_t>(type.shape[type.shape.rank() - 1] / 2, 8);
  for (size_t k = 0; k < bytes.size(); ++k)
    switch (static_cast<int64_t>(k) / width % 10) {
    case 1:
      bytes[k] = 0;
      break;
    case 3:
      bytes[k] = 255;
      break;
    case 5:
      bytes[k] = k % 2 ? 255 : 0;
      break;
    case 7:
      bytes[k] = static_cast<uint8_t>(127 + k % 2);
      break;
    default:
      break;
    }
  return bytes;
}

// The same numbers as floats.
Bytes as_floats(const Bytes& bytes, DType type) {
  std::vector<float> values;
  for (const uint8_t byte : bytes)
    values.push_back(type == DType::i8 ? static_cast<float>(static_cast<int8_t>(byte)) : byte);
  return bytes_of(values);
}

Bytes rounded_to_bytes(const Bytes& floats) {
  Bytes bytes;
  for (size_t k = 0; k < floats.size() / sizeof(float); ++k)
    bytes.push_back(
        static_cast<uint8_t>(std::clamp(std::nearbyint(element<float>(floats, k)), 0.0f, 255.0f)));
  return bytes;
}

// Of an image of floats nothing is known, and all is computed in f32.
void expect_as_of_floats(const filters::Filter& filter) {
  const Shape shape{43, 150};
  const Definition of_bytes = filter.definition({DType::u8, shape}),
                   of_floats = filter.definition({DType::f32, shape});
  ASSERT_THAT(narrow(of_floats), IsEmpty());
  const bool makes_bytes = of_bytes.equations.back().type == DType::u8;
  const Bytes image = picture({DType::u8, shape}, 3);
  const Bytes floats = run(of_floats, {as_floats(image, DType::u8)})[0];
  for (const catalogue::Target& target : instruction_sets())
    EXPECT_EQ(run(of_bytes, {image}, std::nullopt, target)[0],
              makes_bytes ? rounded_to_bytes(floats) : floats)
        << of_bytes.name;
}

TEST(NarrowStages, MeansAreThoseOfFloats) {
  for (const filters::Size size :
       {filters::Size(2), filters::Size(6), filters::Size(16), filters::Size(17, 16)})
    expect_as_of_floats(filters::box(size));
  expect_as_of_floats(filters::trapezoidal(5, 1));
}

TEST(NarrowStages, FiltersAreThoseOfFloats) {
  using namespace filters;
  for (const Filter& filter :
       {gaussian3x3(), gaussian5x5(border::constant(255)), box(3, false), sharpen(border::wrap),
        unsharp_mask5x5(), sobel().magnitude(), laplacian(border::zero), gaussian(1.0)})
    expect_as_of_floats(filter);
}

// Expressions of some elements of X and of numbers, in f32.
class RandomExpression {
 public:
  RandomExpression(const Builder& builder, int x, uint64_t seed)
      : builder_(builder), x_(x), random_(seed) {}

  // It holds an element at least.
  Expr of_depth(int depth) {
    if (depth == 0)
      return element();
    const Expr a = of_depth(depth - 1);
    switch (random_() % 11) {
    case 0:
    case 1:
      return add(a, of_depth(depth - 1));
    case 2:
      return sub(a, of_depth(depth - 1));
    case 3:
      return mul(a, constant(static_cast<double>(number(-9, 9))));
    case 4:
      return mul(a, element());
    case 5:
      return op(ScalarOp::max, {a, constant(static_cast<double>(number(-40, 300)))});
    case 6:
      return op(ScalarOp::min, {a, of_depth(depth - 1)});
    case 7:
      return op(random_() % 2 ? ScalarOp::abs : ScalarOp::neg, {a});
    case 8:
      return op(ScalarOp::select, {op(ScalarOp::less, {a, element()}), of_depth(depth - 1), a});
    case 9: {
      const ScalarOp rounding[] = {ScalarOp::round, ScalarOp::floor, ScalarOp::ceil};
      return op(rounding[random_() % 3],
                {op(ScalarOp::div, {a, constant(static_cast<double>(number(1, 40)))})});
    }
    default:
      return cast(cast(a, random_() % 2 ? DType::u8 : DType::i8), DType::f32);
    }
  }

 private:
  Expr element() {
    return cast(builder_.read(x_, {At(index(0) + fixed(number(0, 2)))}), DType::f32);
  }
  int64_t number(int64_t low, int64_t high) {
    return low + static_cast<int64_t>(random_() % static_cast<uint64_t>(high - low + 1));
  }

  const Builder& builder_;
  const int x_;
  std::mt19937_64 random_;
};

// Z(i) = S(i) + S(i + 2), S a sum or an extremum, or no reduction.
Definition random_definition(DType type, uint64_t seed) {
  const DType results[] = {DType::f32, DType::u8, DType::i8, DType::i32};
  const int64_t extent = 70;
  Builder b("random");
  const int x = b.operand("X", type, {extent + 12});
  RandomExpression expressions(b, x, seed);
  const Expr value = expressions.of_depth(1 + static_cast<int>(seed % 3));
  int s = 0;
  if (seed % 4 == 0) {
    s = b.equation("S", {{"i", extent + 2}}, value);
  } else {
    const ReduceKind kinds[] = {ReduceKind::sum, ReduceKind::sum, ReduceKind::max, ReduceKind::min};
    const Expr moved = rebuild(value, [](Node node) -> Expr {
      for (Subscript& subscript : node.subscripts)
        subscript.index = subscript.index + index(1);
      return std::make_shared<const Node>(std::move(node));
    });
    s = b.reduction("S", {{"i", extent + 2}}, kinds[seed / 4 % 4], {{"m", 5}}, moved);
  }
  const Expr both = add(b.read(s, {At(index(0))}), b.read(s, {At(index(0) + fixed(2))}));
  const Expr scaled =
      seed % 2 ? op(ScalarOp::round, {op(ScalarOp::div, {both, constant(10)})}) : both;
  return b.results({b.equation("Z", {{"i", extent}}, cast(scaled, results[seed / 2 % 4]))});
}

TEST(NarrowStages, RandomExpressionsAreThoseOfFloats) {
  size_t narrow_ones = 0;
  for (uint64_t seed = 0; seed < 60; ++seed) {
    const DType type = seed % 3 ? DType::u8 : DType::i8;
    const Definition of_bytes = random_definition(type, seed);
    SCOPED_TRACE("seed " + std::to_string(seed) + "\n" + to_string(of_bytes));
    narrow_ones += !narrow(of_bytes).empty();
    const Bytes x = picture(of_bytes.operands[0].type, static_cast<uint32_t>(seed));
    const std::vector<Bytes> results = run(of_bytes, {x});
    ASSERT_EQ(results[0], run(random_definition(DType::f32, seed), {as_floats(x, type)})[0]);
    expect_interpreted(of_bytes, {x}, results);
  }
  EXPECT_GT(narrow_ones, 15u);
}

// What wraps in its own type, and what is -0.
TEST(NarrowStages, IntegersThatWrapAndZerosWithASign) {
  for (const char* text :
       {"wraps(x: 80xu8)\nS(i) = x(i) + x(i + 1)\nZ(i) = f32(S(i)) + f32(S(i + 1))",
        "wraps_sums(x: 80xi8)\nS(i) = sum(m)(x(i + m)) where m < 9\nZ(i) = i32(S(i)) - 1",
        "of_i32(x: 80xi32)\nS(i) = sum(m)(x(i + m)) where m < 9\nZ(i) = S(i) + S(i + 1)",
        "sums_in_i32(x: 80xi8)\nS(i) = sum(m)(i32(x(i + m))*i32(x(i))) where m < 9\n"
        "Z(i) = S(i) - S(i + 1)",
        "minus(x: 80xu8)\nZ(i) = -f32(x(i))",
        "by_zero(x: 80xu8)\nS(i) = -f32(x(i))\nZ(i) = 1.0/S(i) + 1.0/S(i + 1)",
        "of_17_bits(x: 80xu8)\nZ(i) = ceil((f32(x(i))*200.0 - 5.0)/1.0)",
        "places(x: 80xu8)\nS(i) = f32(x(i))*2.0 + f32(i)\nZ(i) = S(i)*S(i + 1)"}) {
    const Definition definition = bound(text);
    SCOPED_TRACE(text);
    const TensorType type = definition.operands[0].type;
    const Bytes x = type.dtype == DType::i32 ? random_tensor(type, 5) : picture(type, 5);
    expect_interpreted(definition, {x}, run(definition, {x}));
  }
  const Bytes minus = run(bound("minus(x: 8xu8)\nZ(i) = -f32(x(i))"), {Bytes(8, 0)})[0];
  EXPECT_TRUE(std::signbit(element<float>(minus, 0)));
  const Bytes scaled = run(bound("scaled(x: 8xu8)\nZ(i) = f32(x(i))*(0 - 3.0)"), {Bytes(8, 0)})[0];
  EXPECT_TRUE(std::signbit(element<float>(scaled, 7)));
}

} // namespace
} // namespace fovea::kernel_test
