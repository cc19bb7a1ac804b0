// Outside source: torch.nn.functional.grid_sample (tests/data/make_pytorch_convolution_values.py).
#include "check_op.hpp"
#include "interpret.hpp"
#include "torch_values.hpp"

#include <gtest/gtest.h>

namespace fovea {
namespace {

using namespace testing;

constexpr SampleMode modes[] = {SampleMode::linear, SampleMode::nearest};
constexpr SamplePadding paddings[] = {SamplePadding::zeros, SamplePadding::border,
                                      SamplePadding::reflection};

TEST(GridSample, AgreesWithPyTorch) {
  for (SampleMode mode : modes)
    for (SamplePadding padding : paddings)
      for (bool corners : {false, true})
        for (const char* shape : {".image", ".volume", ".line"})
          compare_convolution(std::string(mode == SampleMode::linear ? "grid_sample.bilinear."
                                                                     : "grid_sample.nearest.") +
                                  std::string(name_of(padding)) +
                                  (corners ? ".corners" : ".edges") + shape,
                              make_op(ops::GridSample({mode, padding, corners})));
}

TEST(GridSample, Shapes) {
  for (SampleMode mode : modes)
    for (SamplePadding padding : paddings)
      check_op(ops::GridSample({mode, padding, mode == SampleMode::nearest}),
               {{2, 3, 5, 9}, {2, 4, 17, 2}}, {.ranges = {{"G", {-2.5, 2.5}}}});
  check_op(ops::GridSample({.padding = SamplePadding::reflection, .align_corners = true}),
           {{1, 2, 1, 7}, {1, 3, 3, 2}}, {.ranges = {{"G", {-2.5, 2.5}}}}); // one row
  check_op(ops::GridSample({.padding = SamplePadding::border}), {{1, 3, 9}, {1, 5, 1}},
           {.dtype = DType::f64});
  check_op(ops::GridSample(), {{1, 2, 3, 4, 3}, {1, 2, 3, 2, 3}}, {.dtype = DType::f16});
}

// A grid over the elements' centres, x in front, is the identity.
TEST(GridSample, OfARegularGridIsTheIdentity) {
  const Filled x{{1, 1, 2, 3}, {3, -1, 4, 1, -5, 9}};
  Filled corners{{1, 2, 3, 2}, {}};
  for (double y : {-1, 1})
    for (double column : {-1, 0, 1})
      corners.elements.insert(corners.elements.end(), {column, y});
  for (SampleMode mode : modes)
    for (SamplePadding padding : paddings)
      EXPECT_EQ(interpret(make_op(ops::GridSample({mode, padding, true})), {x, corners}),
                x.elements);
}

TEST(GridSample, IsAppliedToTensors) {
  Network net("net");
  const Tensor<> x = net.input("x", {1, 3, 8, 8}), grid = net.input("grid", {1, 5, 6, 2});
  EXPECT_EQ(grid_sample(x, grid, {.padding = SamplePadding::border}).shape(), (Shape{1, 3, 5, 6}));
}

TEST(GridSample, Refuses) {
  const auto refusal = [](const TensorType& x, const TensorType& grid) {
    return shape_or_refusal(ops::GridSample{}, {x, grid});
  };
  EXPECT_EQ(refusal({DType::f32, {1, 3, 8, 8}}, {DType::f32, {1, 5, 6, 3}}),
            "the grid does not fit the input 1x3x8x8; expected the same element type and a shape "
            "of rank 4 that starts with 1 and ends with 2, got 1x5x6x3");
  EXPECT_EQ(refusal({DType::f32, {1, 3, 8, 8}}, {DType::f64, {1, 5, 6, 2}}).substr(0, 40),
            "the grid does not fit the input 1x3x8x8;");
  EXPECT_EQ(refusal({DType::u8, {1, 3, 8, 8}}, {DType::u8, {1, 5, 6, 2}}),
            "its elements are integers; expected a float type");
}

} // namespace
} // namespace fovea
