// Minima and maxima of many elements, and sums of some of the terms.
#include "compiler/kernels/normalise.hpp"
#include "compiler/kernels/placement.hpp"
#include "compiler/kernels/selections.hpp"
#include "tests/kernels/kernel_test.hpp"

#include <fovea/filters.hpp>

#include <gmock/gmock.h>

#include <limits>

namespace fovea::kernel_test {
namespace {

using kernels::Placement;
using kernels::Selections;
using kernels::selections_of;

Definition stages_of(const Definition& definition) {
  return kernels::split_stages(kernels::simplify(definition));
}

size_t count(const Selections& selections, Selections::Kind kind) {
  return static_cast<size_t>(std::ranges::count(selections.kinds, kind));
}

TEST(Selections, LookForNaNOnceAmongTheirElements) {
  for (const int64_t size : {3, 5}) {
    const Definition stages = stages_of(filters::median(size).definition({DType::f32, {9, 20}}));
    const Selections selections = selections_of(stages);
    EXPECT_EQ(count(selections, Selections::Kind::none), 1u); // the copy with its border
    EXPECT_EQ(count(selections, Selections::Kind::whole), 1u);
    const auto result = static_cast<size_t>(stages.results[0]);
    EXPECT_EQ(selections.kinds[result], Selections::Kind::whole);
    EXPECT_EQ(selections.elements[result].size(), static_cast<size_t>(size * size));
  }
}

TEST(Selections, AreNoneWhereThatIsMoreWork) {
  EXPECT_EQ(count(selections_of(stages_of(bound("relu(x: 8xf32)\n Z(i) = max(x(i), 0)"))),
                  Selections::Kind::none),
            1u);
  EXPECT_EQ(count(selections_of(stages_of(bound("of_integers(x: 8xi32)\n"
                                                "Z(i) = max(max(x(i), x(i + 1)), x(i + 2))"))),
                  Selections::Kind::none),
            1u);
}

// NaN and infinities at some places, the last element among them.
Bytes with_special_values(const TensorType& type, uint32_t seed) {
  Bytes bytes = random_tensor(type, seed);
  const auto put = [&]<class T>(T) {
    constexpr T infinity = std::numeric_limits<T>::infinity();
    const T special[] = {std::numeric_limits<T>::quiet_NaN(), infinity, -infinity};
    const size_t elements = bytes.size() / sizeof(T);
    for (size_t k = 0; k < elements; ++k)
      if (k % 29 == 7)
        std::memcpy(bytes.data() + k * sizeof(T), &special[k / 29 % 3], sizeof(T));
    std::memcpy(bytes.data() + (elements - 1) * sizeof(T), special, sizeof(T));
  };
  if (type.dtype == DType::f64)
    put(0.0);
  else
    put(0.0f);
  return bytes;
}

void expect_all_values(const Definition& definition) {
  uint32_t seed = 7;
  for (const catalogue::Target& target : instruction_sets()) {
    std::vector<Bytes> operands;
    for (const Operand& operand : definition.operands)
      operands.push_back(with_special_values(operand.type, ++seed));
    SCOPED_TRACE(to_string(definition) + "\nseed " + std::to_string(seed));
    expect_interpreted(definition, operands, run(definition, operands, std::nullopt, target));
  }
}

TEST(Selections, KeepNaNAndInfinities) {
  for (const DType type : {DType::f32, DType::f64}) {
    expect_all_values(filters::median(3).definition({type, {13, 37}}));
    expect_all_values(filters::median(5, filters::border::clamp).definition({type, {11, 35}}));
  }
  expect_all_values(bound("with_numbers(x: 40xf32)\n"
                          "Z(i) = min(max(max(x(i), x(i + 1)), max(x(i + 2), -0.5)), 0.5)"));
}

// What a sum reads, or is a result itself, keeps its own NaN.
TEST(Selections, AreReadByOthersToo) {
  expect_all_values(bound("read_twice(x: 40xf32) -> Z, S\n"
                          "L(i) = min(min(x(i), x(i + 1)), x(i + 2))\n"
                          "H(i) = max(max(x(i), x(i + 1)), x(i + 2))\n"
                          "Z(i) = max(max(L(i), L(i + 1)), H(i + 2))\n"
                          "S(i) = H(i) - L(i)"));
  expect_all_values(bound("a_result(x: 40xf32) -> L, Z\n"
                          "L(i) = min(min(x(i), x(i + 1)), x(i + 2))\n"
                          "Z(i) = max(max(L(i), L(i + 3)), L(i + 6))"));
}

TEST(ChosenTerms, ByTheirIndicesAlone) {
  for (const char* text :
       {"round(x: 12x40xf32, w: 5x5xf32)\n"
        "Z(i, j) = sum(m, n where (m - 2)*(m - 2) + (n - 2)*(n - 2) <= 4)(x(i + m, j + n)*w(m, n))",
        "odd(x: 12x40xf32)\nZ(i) = max(n where n%2 == 1)(x(i, n))",
        "powers(x: 12x40xf32)\nZ(i, j) = product(m where m > 3)(x(m, j) + x(i, j))",
        "least(x: 40xf64)\nZ(i) = min(m where m < 3)(x(i + m)) where i < 30, m < 10",
        "nothing(x: 12x40xf32)\nZ(i) = sum(n where n > 100)(x(i, n))",
        "bytes(x: 12x40xu8)\nZ(j) = sum(m where m*m < 20)(x(m, j))"}) {
    const Definition definition = bound(text);
    for (const catalogue::Target& target : instruction_sets()) {
      std::vector<Bytes> operands;
      for (const Operand& operand : definition.operands)
        operands.push_back(random_tensor(operand.type, 11));
      SCOPED_TRACE(text);
      expect_interpreted(definition, operands, run(definition, operands, std::nullopt, target));
    }
  }
}

std::vector<std::string> stored(const Definition& definition) {
  const Definition stages = stages_of(definition);
  const Placement placement = kernels::place(stages);
  std::vector<std::string> names;
  for (size_t e = 0; e < stages.equations.size(); ++e)
    if (placement.kinds[e] == Placement::Kind::root)
      names.push_back(stages.equations[e].name);
  return names;
}

// The columns of a median share their minima and maxima, those of a separable filter nothing.
TEST(Placement, StencilsWithCommonPartsAreInlined) {
  const TensorType image{DType::f32, {64, 64}};
  EXPECT_THAT(stored(filters::median(3, filters::border::wrap).definition(image)),
              ::testing::ElementsAre("P", "Z"));
  EXPECT_THAT(stored(filters::gaussian5x5().definition(image)),
              ::testing::ElementsAre("P", "R", "Z"));
}

// Where the result alone reads it, at few places, and the rule is made of minima and maxima.
TEST(Placement, CopiesWithABorderAreInlined) {
  using namespace filters;
  const auto names = [](const Filter& filter, const Shape& shape) {
    return stored(filter.definition({DType::f32, shape}));
  };
  using ::testing::ElementsAre;
  EXPECT_THAT(names(sobel().x(), {64, 64}), ElementsAre("Z"));
  EXPECT_THAT(names(sobel(border::clamp).x(), {64, 64}), ElementsAre("Z"));
  EXPECT_THAT(names(sobel(border::wrap).x(), {64, 64}), ElementsAre("P", "Z"));
  EXPECT_THAT(names(correlate(Mask({5, 5}, std::vector<double>(25, 1.5))), {64, 64}),
              ::testing::Contains("P"));                           // in two passes
  EXPECT_THAT(names(sobel().x(), {1, 64}), ElementsAre("P", "Z")); // reflected to and fro
}

} // namespace
} // namespace fovea::kernel_test
