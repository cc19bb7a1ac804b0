// Outside source: loops over the paper's two equations
// (tests/data/make_pytorch_convolution_values.py).
#include "check_op.hpp"
#include "interpret.hpp"
#include "torch_values.hpp"

#include <gtest/gtest.h>

namespace fovea {
namespace {

using namespace testing;

TEST(LocalContrastNorm, AgreesWithItsFormula) {
  compare_convolution("local_contrast_norm.image", local_contrast_norm(5));
  compare_convolution("local_contrast_norm.line", local_contrast_norm(3, {.sigma = 2}));
  compare_convolution("local_contrast_norm.faint", local_contrast_norm(3, {.epsilon = 10}));
}

TEST(LocalContrastNorm, Shapes) {
  check_op(local_contrast_norm(5), {{1, 3, 9, 8}});
  check_op(local_contrast_norm(9), {{2, 1, 5, 17}}); // wider than the image
  check_op(local_contrast_norm(3, {.sigma = 1}), {{2, 7, 9}});
  check_op(local_contrast_norm(3), {{1, 2, 4, 3, 5}}, {.dtype = DType::f64});
  EXPECT_EQ(local_contrast_norm(9).op.sigma, ops::LocalContrastNorm{}.sigma);
}

TEST(LocalContrastNorm, OfAConstantIsZero) {
  const Filled x{{1, 2, 4, 4}, Numbers(32, 3)};
  for (double element : interpret(local_contrast_norm(3), {x}))
    EXPECT_NEAR(element, 0, 1e-10);
}

// What is added to an image, or multiplies it, goes.
TEST(LocalContrastNorm, IsInvariantToBrightnessAndContrast) {
  Filled x{{1, 1, 5, 5}, {}}, brighter = x;
  for (int k = 0; k < 25; ++k) {
    x.elements.push_back(k * 7 % 11);
    brighter.elements.push_back(40 + 3 * x.elements.back());
  }
  const Numbers a = interpret(local_contrast_norm(3), {x}),
                b = interpret(local_contrast_norm(3), {brighter});
  for (size_t k = 0; k < a.size(); ++k)
    EXPECT_NEAR(a[k], b[k], 1e-12);
}

TEST(LocalContrastNorm, Refuses) {
  EXPECT_EQ(shape_or_refusal(local_contrast_norm(4), {1, 3, 8, 8}),
            "the window has no middle; expected an odd size, 1 to 65535, got 4");
  EXPECT_EQ(shape_or_refusal(local_contrast_norm(3, {.sigma = -1}), {1, 3, 8, 8}),
            "the Gaussian has no width; expected sigma > 0");
  EXPECT_EQ(shape_or_refusal(local_contrast_norm(3, {.epsilon = 0}), {1, 3, 8, 8}),
            "epsilon is not above 0; expected epsilon > 0");
}

} // namespace
} // namespace fovea
