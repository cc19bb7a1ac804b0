// Outside source: OpenCV, and formulas written out in NumPy (tests/data/make_filter_values.py).
#include "interpret.hpp"
#include "torch_values.hpp"

#include <fovea/filters.hpp>

#include <gmock/gmock.h>

namespace fovea {
namespace {

using filters::Border;

const host::TensorMap& values() {
  static const host::TensorMap map =
      host::read_safetensors(testing::repository_file("tests/data/filters.safetensors"));
  return map;
}

// Both sides round some dozens of float64 numbers below 200.
constexpr double rounding = 1e-12;

void compare(const std::string& name, const filters::Filter& filter) {
  const auto image = values().find(name + ".0"), result = values().find(name + ".result");
  ASSERT_TRUE(image != values().end() && result != values().end()) << "there is no case " << name;
  if (image->second.dtype() != FOVEA_F64)
    return testing::compare_with_torch(values(), name, filter.op());
  const auto pixels = image->second.data<double>(), wanted = result->second.data<double>();
  const testing::Numbers got = testing::interpret(
      filter.op(), {{Shape(image->second.shape()), {pixels.begin(), pixels.end()}}});
  EXPECT_THAT(got, ::testing::Pointwise(::testing::DoubleNear(rounding), wanted)) << name;
}

TEST(FilterValues, SmoothingIsThatOfOpenCv) {
  compare("mean_3.reflect", filters::mean(3));
  compare("mean_3x6.reflect", filters::mean({3, 6}));
  compare("mean_3x6.reflect", filters::box({3, 6}));
  compare("box_5_sum.reflect", filters::box(5, false));
  compare("trapezoidal_5_1.reflect", filters::trapezoidal(5, 1));
  compare("trapezoidal_7_3.reflect", filters::trapezoidal(7, 3));
  compare("mean_3.reflect", filters::trapezoidal(3, 0));
  compare("gaussian3x3.reflect", filters::gaussian3x3());
  compare("gaussian5x5.reflect", filters::gaussian5x5());
  compare("gaussian_1_5.reflect", filters::gaussian(1.5));
  compare("gaussian_0_8_r2.reflect", filters::gaussian(0.8, 2));
  compare("bilateral.reflect", filters::bilateral(1.5, 0.8));
  compare("bilateral_2_5.reflect", filters::bilateral(2.5, 0.8));
}

TEST(FilterValues, DerivativesAreThoseOfOpenCv) {
  compare("sobel_x.reflect", filters::sobel().x());
  compare("sobel_y.reflect", filters::sobel().y());
  compare("sobel.reflect", filters::sobel().magnitude());
  compare("scharr_x.reflect", filters::scharr().x());
  compare("scharr_y.reflect", filters::scharr().y());
  compare("scharr.reflect", filters::scharr());
  compare("prewitt_x.reflect", filters::prewitt().x());
  compare("prewitt_y.reflect", filters::prewitt().y());
  compare("prewitt.reflect", filters::prewitt());
  compare("first_derivative_x.reflect", filters::first_derivative().x());
  compare("first_derivative_y.reflect", filters::first_derivative().y());
  compare("first_derivative.reflect", filters::first_derivative());
  compare("second_derivative_x.reflect", filters::second_derivative().x());
  compare("second_derivative_y.reflect", filters::second_derivative().y());
  compare("edge_4.reflect", filters::edge(4));
  compare("edge_8.reflect", filters::edge(8));
  compare("laplacian.reflect", filters::laplacian());
  compare("laplacian_of_gaussian_1_2.reflect", filters::laplacian_of_gaussian(1.2));
}

TEST(FilterValues, SharpeningIsThatOfOpenCv) {
  compare("sharpen.reflect", filters::sharpen());
  compare("unsharp_mask_1_5.reflect", filters::unsharp_mask(1.5, 0.7));
  compare("unsharp_mask5x5.reflect", filters::unsharp_mask5x5());
  compare("emboss.reflect", filters::emboss());
}

TEST(FilterValues, BordersAreThoseOfOpenCv) {
  const auto each = [](const std::string& border, Border rule, Border rule_of_bytes) {
    compare("mean_3x6." + border, filters::mean({3, 6}, rule));
    compare("gaussian5x5." + border, filters::gaussian5x5(rule));
    compare("gaussian_1_5." + border, filters::gaussian(1.5, rule));
    compare("sobel." + border, filters::sobel(rule));
    compare("first_derivative." + border, filters::first_derivative(rule));
    compare("laplacian_of_gaussian_1_2." + border, filters::laplacian_of_gaussian(1.2, rule));
    compare("unsharp_mask_1_5." + border, filters::unsharp_mask(1.5, 0.7, rule));
    compare("correlate_2x3." + border, filters::correlate({{1, 2, 3}, {4, 5, 6}}, rule));
    compare("bilateral." + border, filters::bilateral(1.5, 0.8, 3, rule));
    compare("median_3_bytes." + border, filters::median(3, rule_of_bytes));
    compare("median_5_bytes." + border, filters::median(5, rule_of_bytes));
  };
  each("reflect", filters::border::reflect, {});
  each("clamp", filters::border::clamp, filters::border::clamp);
  each("wrap", filters::border::wrap, filters::border::wrap);
  each("constant", filters::border::constant(1.5), filters::border::constant(7));
}

TEST(FilterValues, BytesAreRoundedAndSaturated) {
  compare("mean_3_bytes", filters::mean(3));
  compare("sharpen_bytes", filters::sharpen());
  compare("sobel_x_bytes", filters::sobel().x());
  compare("laplacian_bytes", filters::laplacian());
}

} // namespace
} // namespace fovea
