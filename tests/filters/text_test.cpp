// Filters as text are those of C++.
#include <expect_error.hpp>

#include <fovea/filters.hpp>

#include <gmock/gmock.h>

namespace fovea {
namespace {

using namespace testing;
using ::testing::HasSubstr;

std::string meaning(const Block& block) {
  Network net("net");
  net.output("y", block(net.input("x", {2, 9, 10})));
  return canonical_text(definition_of(net));
}

TEST(FilterText, IsThatOfCxx) {
  using namespace filters;
  const std::pair<const char*, Block> same[] = {
      {"mean", mean()},
      {"mean(5)", mean(5)},
      {"box(3, 5, clamp)", box({3, 5}, true, border::clamp)},
      {"trapezoidal(7, 2)", trapezoidal(7, 2)},
      {"gaussian3x3", gaussian3x3()},
      {"gaussian5x5(wrap)", gaussian5x5(border::wrap)},
      {"gaussian(1.5)", gaussian(1.5)},
      {" gaussian ( 1.5 , 2 , zero ) ", gaussian(1.5, 2, border::zero)},
      {"median(5)", median(5)},
      {"bilateral(1, 0.5)", bilateral(1, 0.5)},
      {"bilateral(1, 0.5, 3, reflect)", bilateral(1, 0.5, 3)},
      {"sobel", sobel()},
      {"sobel.y(constant(-1.5))", sobel(border::constant(-1.5)).y()},
      {"prewitt.x", prewitt().x()},
      {"scharr.y", scharr().y()},
      {"first_derivative.x()", first_derivative().x()},
      {"second_derivative.y", second_derivative().y()},
      {"edge(4)", edge(4)},
      {"laplacian", laplacian()},
      {"laplacian_of_gaussian(2)", laplacian_of_gaussian(2)},
      {"sharpen", sharpen()},
      {"unsharp_mask(2, 0.5)", unsharp_mask(2, 0.5)},
      {"unsharp_mask5x5(2)", unsharp_mask5x5(2)},
      {"emboss", emboss()},
      {"median | gaussian(1)|sobel.x", median() | gaussian(1) | sobel().x()},
  };
  for (const auto& [text, block] : same)
    EXPECT_EQ(meaning(parse(text)), meaning(block)) << text;
}

TEST(FilterText, WhatIsWrongIsSaid) {
  const auto refusal = [](const char* text) {
    const ErrorParts parts = error_of([&] { filters::parse(text); });
    EXPECT_TRUE(parts.where.known()) << text;
    return parts.what + "; " + parts.expected + ", got " + parts.got;
  };
  EXPECT_THAT(refusal("gausian(2)"),
              HasSubstr("filter 'gausian' is not known; one of mean, box, "));
  EXPECT_EQ(refusal("gaussian"),
            "filter 'gaussian': too many or too few parameters; gaussian(sigma[, radius]), got 0");
  EXPECT_EQ(refusal("gaussian(1, 2.5)"), "filter: a parameter is no integer; an integer, got 2.5");
  EXPECT_EQ(refusal("median(3"), "filters 'median(3': brackets are not closed; `)`, got the end");
  EXPECT_EQ(refusal("median(3) sobel"),
            "filters 'median(3) sobel': something follows a filter; `|` "
            "and another filter, or nothing, got 'sobel'");
  EXPECT_EQ(refusal("mean(wrap, 3)"),
            "filters 'mean(wrap, 3)': brackets are not closed; `)`, got ', 3)'");
  EXPECT_THAT(refusal("mean(3, mirror)"),
              HasSubstr("no number and no border; a number, zero, clamp"));
  EXPECT_THAT(refusal("edge(5000000000)"), HasSubstr("a pixel has no such neighbours"));
  for (const char* text : {"", "|", "mean |", "mean(", "mean(,)", "mean(constant())", "mean(1e999)",
                           "mean(nan)", "median(1e300)", "\xff", "mean.x", "trapezoidal(-1e18, 2)"})
    refusal(text);
}

} // namespace
} // namespace fovea
