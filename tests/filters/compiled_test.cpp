// Filters as compiled kernels: every realisation against the interpreter.
#include "check_op.hpp"

#include <fovea/filters.hpp>

#include <gtest/gtest.h>

namespace fovea {
namespace {

using namespace testing;
using namespace filters;

const Border rules[] = {border::reflect, border::zero, border::constant(2), border::clamp,
                        border::wrap};

void check(const Filter& filter, const Shape& shape, const CheckOptions& options = {}) {
  check_definition(filter.op()->name() + " " + to_string(shape),
                   filter.definition({options.dtype, shape}), options);
}

TEST(CompiledFilters, Smoothing) {
  check(mean({3, 6}), {9, 21});
  check(box(5, false, border::clamp), {2, 9, 17});
  check(trapezoidal(7, 2, border::wrap), {9, 21});
  check(gaussian3x3(), {7, 33});
  check(gaussian5x5(border::zero), {2, 3, 9, 17});
  check(gaussian(1.3), {2, 3, 11, 19});
  check(bilateral(1.2, 0.7), {2, 8, 17}, {.range = {-1, 1}});
  check(bilateral(2.2, 0.7), {9, 21}, {.range = {-1, 1}}); // as sums
}

TEST(CompiledFilters, Medians) {
  check(median(3), {2, 9, 35});
  check(median(5, border::clamp), {9, 17});
  check(median(5), {9, 40}, {.dtype = DType::u8});
}

TEST(CompiledFilters, Derivatives) {
  check(sobel().x(), {9, 21});
  check(sobel(border::clamp).magnitude(), {2, 9, 21});
  check(first_derivative().magnitude(), {5, 9});
  check(second_derivative(border::wrap).y(), {9, 17});
  check(edge(8, border::zero), {3, 7, 18});
  check(laplacian_of_gaussian(0.9), {2, 9, 19});
}

TEST(CompiledFilters, Sharpening) {
  check(sharpen(border::wrap), {9, 21});
  check(unsharp_mask(0.8, 1.5), {2, 9, 19});
  check(unsharp_mask5x5(), {9, 17});
  check(emboss(), {3, 7, 9});
}

TEST(CompiledFilters, EveryBorder) {
  for (const Border& rule : rules) {
    check(correlate({{1, 2, 3}, {4, 5, 6}}, rule), {8, 13});
    check(mean(5, rule), {2, 1}); // the window is larger than the image
  }
}

// The border is as much as the image, or more.
TEST(CompiledFilters, SmallImages) {
  for (const Border& rule : rules)
    for (const Shape& shape : {Shape{1, 1}, Shape{2, 2}, Shape{1, 40}, Shape{3, 2}, Shape{40, 1}}) {
      check(sobel(rule).x(), shape);
      check(median(3, rule), shape);
    }
}

TEST(CompiledFilters, OtherTypes) {
  check(mean(3), {9, 37}, {.dtype = DType::u8});
  check(sharpen(border::constant(200)), {9, 37}, {.dtype = DType::u8});
  check(sobel(), {9, 37}, {.dtype = DType::u8});
  check(gaussian3x3(), {9, 17}, {.dtype = DType::f16});
  check(laplacian(), {9, 17}, {.dtype = DType::f64});
  check(median(3), {7, 19}, {.dtype = DType::i32});
}

} // namespace
} // namespace fovea
