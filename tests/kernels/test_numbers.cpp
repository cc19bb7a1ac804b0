#include "tests/kernels/kernel_test.hpp"

#include <bit>
#include <cmath>
#include <cstdlib>
#include <limits>

namespace fovea::kernel_test {
namespace {

constexpr float nan = std::numeric_limits<float>::quiet_NaN();
constexpr float infinity = std::numeric_limits<float>::infinity();

Definition pointwise(ScalarOp scalar_op, int64_t count, DType type = DType::f32) {
  Builder builder(std::string(name_of(scalar_op)));
  std::vector<Expr> args;
  for (int k = 0; k < operand_count(scalar_op); ++k)
    builder.operand(std::string(1, static_cast<char>('a' + k)), type, {count});
  for (int k = 0; k < operand_count(scalar_op); ++k)
    args.push_back(builder.read(k, {index(0)}));
  return builder.results({builder.equation("Z", {{"i", count}}, op(scalar_op, args))});
}

// Every pair of these stands in some lane.
std::vector<float> special_values() {
  return {0.0f,
          -0.0f,
          1.0f,
          -1.0f,
          0.5f,
          -2.5f,
          3.0f,
          infinity,
          -infinity,
          nan,
          std::numeric_limits<float>::max(),
          std::numeric_limits<float>::min()};
}

TEST(Numbers, BinaryOperationsOfSpecialValues) {
  const std::vector<float> values = special_values();
  std::vector<float> a, b;
  for (const float x : values)
    for (const float y : values) {
      a.push_back(x);
      b.push_back(y);
    }
  const int64_t count = static_cast<int64_t>(a.size());
  for (const ScalarOp scalar_op :
       {ScalarOp::add, ScalarOp::sub, ScalarOp::mul, ScalarOp::div, ScalarOp::max, ScalarOp::min,
        ScalarOp::pow, ScalarOp::fmod, ScalarOp::less, ScalarOp::less_equal, ScalarOp::equal,
        ScalarOp::not_equal}) {
    const Definition definition = pointwise(scalar_op, count);
    const std::vector<Bytes> operands = {bytes_of(a), bytes_of(b)};
    expect_interpreted(definition, operands, run(definition, operands));
  }
}

// By powers of two by multiplication: to the last bit, down to subnormal quotients.
TEST(Numbers, QuotientsByConstantsAreExact) {
  std::vector<float> values = special_values();
  for (int k = -149; k < 128; ++k)
    values.push_back(std::ldexp(-1.7f, k));
  const int64_t count = static_cast<int64_t>(values.size());
  for (const float divisor :
       {256.0f, -0.125f, 25.0f, 0x1p124f, 0x1p126f, 0x1p-126f, 0x1p-149f, 0.0f, infinity}) {
    Builder builder("quotient");
    const int x = builder.operand("x", DType::f32, {count});
    const Expr body = op(ScalarOp::div, {builder.read(x, {index(0)}), constant(divisor)});
    const Definition definition = builder.results({builder.equation("Z", {{"i", count}}, body)});
    const std::vector<Bytes> results = run(definition, {bytes_of(values)});
    for (size_t k = 0; k < values.size(); ++k) {
      const float expected = values[k] / divisor, got = element<float>(results[0], k);
      EXPECT_TRUE(std::isnan(expected)
                      ? std::isnan(got)
                      : std::bit_cast<uint32_t>(got) == std::bit_cast<uint32_t>(expected))
          << values[k] << " / " << divisor << ": " << got;
    }
  }
}

TEST(Numbers, UnaryOperationsOfSpecialValues) {
  const std::vector<float> values = special_values();
  for (const ScalarOp scalar_op :
       {ScalarOp::neg,   ScalarOp::abs,   ScalarOp::exp,   ScalarOp::log,   ScalarOp::sqrt,
        ScalarOp::tanh,  ScalarOp::erf,   ScalarOp::sin,   ScalarOp::cos,   ScalarOp::tan,
        ScalarOp::asin,  ScalarOp::acos,  ScalarOp::atan,  ScalarOp::sinh,  ScalarOp::cosh,
        ScalarOp::asinh, ScalarOp::acosh, ScalarOp::atanh, ScalarOp::floor, ScalarOp::ceil,
        ScalarOp::round}) {
    const Definition definition = pointwise(scalar_op, static_cast<int64_t>(values.size()));
    const std::vector<Bytes> operands = {bytes_of(values)};
    expect_interpreted(definition, operands, run(definition, operands));
  }
}

TEST(Numbers, DoublesToo) {
  for (const ScalarOp scalar_op :
       {ScalarOp::exp, ScalarOp::tanh, ScalarOp::erf, ScalarOp::div, ScalarOp::sqrt, ScalarOp::pow,
        ScalarOp::max, ScalarOp::sin, ScalarOp::acosh, ScalarOp::fmod})
    check(pointwise(scalar_op, 37, DType::f64));
}

TEST(Numbers, ConstantsFirstAndSecond) { // relu, whichever way it is written
  const std::vector<float> values = special_values();
  const int64_t count = static_cast<int64_t>(values.size());
  for (const ScalarOp scalar_op : {ScalarOp::max, ScalarOp::min})
    for (const bool first : {false, true}) {
      Builder builder("relu");
      const int x = builder.operand("x", DType::f32, {count});
      const Expr read = builder.read(x, {index(0)});
      const Expr value =
          first ? op(scalar_op, {constant(0), read}) : op(scalar_op, {read, constant(0)});
      const Definition definition = builder.results({builder.equation("Z", {{"i", count}}, value)});
      const std::vector<Bytes> operands = {bytes_of(values)};
      expect_interpreted(definition, operands, run(definition, operands));
    }
}

// The NaN test that follows a sum must not be optimised away by what the sum's own instructions
// promise, and a NaN must survive wherever among the terms it stands.
TEST(Numbers, NanInAnyPositionOfAReduction) {
  for (const int64_t rows : {1, 19})
    for (const ReduceKind kind :
         {ReduceKind::sum, ReduceKind::product, ReduceKind::max, ReduceKind::min})
      for (const int64_t place : {0, 1, 7, 8, 31}) {
        Builder builder("reduction");
        const int x = builder.operand("x", DType::f32, {32, rows});
        const int t = builder.reduction("T", {{"i", rows}}, kind, {{"j", 32}},
                                        builder.read(x, {index(1), index(0)}));
        const int z = builder.equation(
            "Z", {{"i", rows}}, op(ScalarOp::max, {builder.read(t, {index(0)}), constant(0)}));
        const Definition definition = builder.results({z});
        std::vector<float> values(static_cast<size_t>(32 * rows), -1.25f);
        values[static_cast<size_t>(place * rows)] = nan;
        const std::vector<Bytes> operands = {bytes_of(values)};
        const std::vector<Bytes> results = run(definition, operands);
        EXPECT_TRUE(std::isnan(element<float>(results[0], 0))) << name_of(kind) << " " << place;
        expect_interpreted(definition, operands, results);
      }
}

TEST(Numbers, NanThroughAConvolutionAndItsRelu) {
  Builder builder("conv_relu");
  const int v = builder.operand("V", DType::f32, {2, 40});
  const int k = builder.operand("K", DType::f32, {6, 2, 3});
  const int t =
      builder.reduction("T", {{"i", 6}, {"x", 40}}, ReduceKind::sum, {{"l", 2}, {"n", 3}},
                        mul(builder.read(v, {At(index(2)), zero(index(1) + index(3) - fixed(1))}),
                            builder.read(k, {index(0), index(2), index(3)})));
  const Expr sum = builder.read(t, {index(0), index(1)});
  const int z = builder.equation("Z", {{"i", 6}, {"x", 40}}, op(ScalarOp::max, {sum, constant(0)}));
  const Definition definition = builder.results({z});
  Bytes image = random_tensor({DType::f32, {2, 40}}, 3);
  std::memcpy(image.data() + 4 * 11, &nan, 4);
  std::memcpy(image.data() + 4 * 29, &infinity, 4);
  const std::vector<Bytes> operands = {image, random_tensor({DType::f32, {6, 2, 3}}, 4)};
  const std::vector<Bytes> results = run(definition, operands);
  EXPECT_TRUE(std::isnan(element<float>(results[0], 11)));
  expect_interpreted(definition, operands, results);
}

TEST(Numbers, IntegersWrap) {
  for (const DType type : {DType::i8, DType::u8, DType::i32, DType::i64})
    for (const ScalarOp scalar_op : {ScalarOp::add, ScalarOp::sub, ScalarOp::mul, ScalarOp::div,
                                     ScalarOp::max, ScalarOp::min, ScalarOp::pow, ScalarOp::fmod,
                                     ScalarOp::neg, ScalarOp::abs, ScalarOp::less, ScalarOp::equal})
      check(pointwise(scalar_op, 67, type));
}

TEST(Numbers, IntegerLimits) {
  const std::vector<int32_t> limits = {std::numeric_limits<int32_t>::min(),
                                       std::numeric_limits<int32_t>::max(),
                                       0,
                                       1,
                                       -1,
                                       7,
                                       -7,
                                       2,
                                       -2};
  std::vector<int32_t> a, b;
  for (const int32_t x : limits)
    for (const int32_t y : limits) {
      a.push_back(x);
      b.push_back(y);
    }
  for (const ScalarOp scalar_op :
       {ScalarOp::add, ScalarOp::mul, ScalarOp::div, ScalarOp::pow, ScalarOp::fmod}) {
    const Definition definition = pointwise(scalar_op, static_cast<int64_t>(a.size()), DType::i32);
    const std::vector<Bytes> operands = {bytes_of(a), bytes_of(b)};
    expect_interpreted(definition, operands, run(definition, operands));
  }
}

TEST(Numbers, Casts) {
  const std::vector<float> values = {0.0f,   -0.7f,   0.7f,     1.5f,     -1.5f, 127.9f,
                                     128.0f, -129.0f, 255.5f,   256.0f,   3e9f,  -3e9f,
                                     1e20f,  nan,     infinity, -infinity};
  const int64_t count = static_cast<int64_t>(values.size());
  for (const DType type : {DType::i8, DType::u8, DType::i32, DType::i64, DType::boolean, DType::f16,
                           DType::bf16, DType::f64}) {
    Builder builder("cast");
    const int x = builder.operand("x", DType::f32, {count});
    const int z = builder.equation("Z", {{"i", count}}, cast(builder.read(x, {index(0)}), type));
    const Definition definition = builder.results({z});
    const std::vector<Bytes> operands = {bytes_of(values)};
    expect_interpreted(definition, operands, run(definition, operands));
  }
  for (const DType type : {DType::i8, DType::u8, DType::f32, DType::i64, DType::boolean}) {
    Builder builder("cast");
    const int x = builder.operand("x", DType::i32, {33});
    const int z = builder.equation("Z", {{"i", 33}}, cast(builder.read(x, {index(0)}), type));
    check(builder.results({z}));
  }
}

TEST(Numbers, ShortFloatsThereAndBack) { // every f16 and bf16
  std::vector<uint16_t> bits(1 << 16);
  for (size_t k = 0; k < bits.size(); ++k)
    bits[k] = static_cast<uint16_t>(k);
  for (const DType type : {DType::f16, DType::bf16}) {
    Builder builder("short");
    const int x = builder.operand("x", type, {1 << 16});
    const Expr wide = cast(builder.read(x, {index(0)}), DType::f32);
    const int y = builder.equation("Y", {{"i", 1 << 16}}, wide);
    const int z = builder.equation("Z", {{"i", 1 << 16}}, cast(builder.read(y, {index(0)}), type));
    const Definition definition = builder.results({y, z});
    const std::vector<Bytes> operands = {bytes_of(bits)};
    expect_interpreted(definition, operands, run(definition, operands));
  }
}

TEST(Numbers, IndicesAsValues) {
  Builder builder("triangle");
  const int x = builder.operand("x", DType::f32, {9, 13});
  const Expr below = op(ScalarOp::less_equal, {index_value(index(1)), index_value(index(0))});
  const int z = builder.equation(
      "Z", {{"i", 9}, {"j", 13}},
      op(ScalarOp::select, {below, builder.read(x, {index(0), index(1)}),
                            cast(index_value(index(1) * 3 - index(0)), DType::f32)}));
  check(builder.results({z}));
}

TEST(Numbers, OnlyTheBranchTakenReads) {
  Builder builder("guarded");
  const int x = builder.operand("x", DType::f32, {9});
  const Expr inside = op(ScalarOp::less, {index_value(index(0)), constant(9, DType::i64)});
  const int z = builder.equation(
      "Z", {{"i", 20}}, op(ScalarOp::select, {inside, builder.read(x, {index(0)}), constant(-1)}));
  check(builder.results({z}));
}

TEST(Numbers, Booleans) {
  for (const ScalarOp scalar_op :
       {ScalarOp::logical_and, ScalarOp::logical_or, ScalarOp::logical_not})
    check(pointwise(scalar_op, 41, DType::boolean));
}

// --- elementary functions
// -------------------------------------------------------------------------

// Against the C library in double, which is right to within a rounding of float.
double in_double(ScalarOp scalar_op, double x) {
  switch (scalar_op) {
  case ScalarOp::exp:
    return std::exp(x);
  case ScalarOp::log:
    return std::log(x);
  case ScalarOp::tanh:
    return std::tanh(x);
  default:
    return std::erf(x);
  }
}

// In units of 2^-23 of `expected`, what the interpreter counts in: the space between floats at
// powers of two, half of it next below them.
double distance_in_ulps(float got, double expected) {
  if (std::isnan(expected))
    return std::isnan(got) ? 0 : INFINITY;
  const float nearest = static_cast<float>(expected);
  if (got == nearest)
    return 0;
  if (std::isinf(got) || std::isnan(got) || std::isinf(nearest)) {
    // The largest floats may round to infinity.
    const double size = std::abs(expected) / std::numeric_limits<float>::max();
    return std::abs(size - 1) < 1e-6 ? 1 : INFINITY;
  }
  if (got == 0 && std::abs(expected) < double{std::numeric_limits<float>::min()})
    return 0; // subnormal results may be flushed
  const float size = std::max(std::abs(nearest), std::numeric_limits<float>::min());
  const double unit = static_cast<double>(size) * 0x1p-23;
  return std::abs(static_cast<double>(got) - expected) / unit;
}

void expect_four_ulps(const catalogue::Target& target) {
  const bool all = std::getenv("FOVEA_TEST_ALL") != nullptr;
  const uint64_t step = all ? 1 : 4295; // 2^32 / 10^6
  constexpr int64_t chunk = 1 << 16;
  for (const ScalarOp scalar_op : {ScalarOp::exp, ScalarOp::log, ScalarOp::tanh, ScalarOp::erf}) {
    catalogue::KernelRequest request;
    request.definition = pointwise(scalar_op, chunk);
    request.target = target;
    request.target.threads = 1;
    request.symbol = "function";
    LoadedKernel kernel(kernels::make_halide_compiler()->compile(request));
    std::vector<float> x(chunk), y(chunk);
    double worst = 0;
    float where = 0;
    for (uint64_t bits = 0; bits < uint64_t{1} << 32;) {
      for (float& value : x) {
        const uint32_t low = static_cast<uint32_t>(bits);
        std::memcpy(&value, &low, 4);
        bits += step;
      }
      ASSERT_EQ(kernel.run({x.data(), y.data()}), 0);
      for (size_t k = 0; k < x.size(); ++k) {
        const double ulps = distance_in_ulps(y[k], in_double(scalar_op, x[k]));
        if (ulps > worst) {
          worst = ulps;
          where = x[k];
        }
      }
    }
    EXPECT_LE(worst, 4) << name_of(scalar_op) << "(" << where << ") for " << to_string(target);
    ::testing::Test::RecordProperty(std::string(name_of(scalar_op)) + "_ulps",
                                    std::to_string(worst));
  }
}

TEST(Numbers, ElementaryFunctionsAreWithinFourUlps) {
  expect_four_ulps(test_target());
}

// Without multiply-adds each product is rounded.
TEST(Numbers, ElementaryFunctionsAreWithinFourUlpsWithoutMultiplyAdds) {
  expect_four_ulps(catalogue::parse_target("x86-64-linux sse41"));
}

} // namespace
} // namespace fovea::kernel_test
