// Outside source: ONNX's reference (tests/data/make_onnx_movement_values.py).
#include "check_op.hpp"
#include "torch_values.hpp"

#include <fovea/definition/interpreter.hpp>

#include <gtest/gtest.h>

namespace fovea {
namespace {

using namespace testing;

void compare_with_onnx(const std::string& name, const Layer<ops::Resize>& layer) {
  static const host::TensorMap values =
      host::read_safetensors(repository_file("tests/data/onnx_movement.safetensors"));
  SCOPED_TRACE(name);
  compare_with_torch(values, "resize." + name, make_op(layer.op));
}

constexpr ResizeMode modes[] = {ResizeMode::nearest, ResizeMode::linear, ResizeMode::cubic};

TEST(Resize, AgreesWithOnnx) {
  for (ResizeMode mode : modes) {
    const std::string name(name_of(mode));
    for (ResizeCoordinates coordinates :
         {ResizeCoordinates::half_pixel, ResizeCoordinates::half_pixel_symmetric,
          ResizeCoordinates::pytorch_half_pixel, ResizeCoordinates::align_corners,
          ResizeCoordinates::asymmetric}) {
      const ResizeOptions options{.mode = mode, .coordinates = coordinates};
      const std::string both = name + "." + std::string(name_of(coordinates));
      compare_with_onnx(both + ".up", resize({1, 1, 9, 7}, options));
      const int64_t one = coordinates == ResizeCoordinates::pytorch_half_pixel ? 2 : 1;
      compare_with_onnx(both + ".down", resize({0, 0, 3, one}, options));
    }
    compare_with_onnx(name + ".scales", resize_by({0.625F, 2.25F}, {.mode = mode}));
    compare_with_onnx(name + ".corners",
                      resize_by({0.625F, 2.25F},
                                {.mode = mode, .coordinates = ResizeCoordinates::align_corners}));
    compare_with_onnx(
        name + ".symmetric",
        resize_by({0.625F, 2.375F},
                  {.mode = mode, .coordinates = ResizeCoordinates::half_pixel_symmetric}));
  }
}

// The operator's text; PyTorch's own formula and the reference have another place there.
TEST(Resize, OneElementStandsAtTheFirst) {
  const auto op = make_op(resize({1}, {.coordinates = ResizeCoordinates::pytorch_half_pixel}).op);
  const Definition definition = op->definition({{DType::f32, {4}}});
  const std::vector<float> x{5, 1, 2, 3};
  Interpreter interpreter(definition, reader_of(definition, {x.data()}));
  EXPECT_EQ(interpreter.all(0)[0].real, 5);
}

TEST(Resize, CropAgreesWithOnnx) {
  for (ResizeMode mode : modes) {
    auto crop =
        resize({3, 6}, {.mode = mode, .coordinates = ResizeCoordinates::tf_crop_and_resize});
    crop.op.set_crop(std::vector{0.25F, -0.5F}, std::vector{0.75F, 1.25F});
    crop.op.extrapolation_value = 10;
    compare_with_onnx(std::string(name_of(mode)) + ".crop", crop);
  }
}

TEST(Resize, RoundingAgreesWithOnnx) {
  for (ResizeRounding rounding :
       {ResizeRounding::round_prefer_floor, ResizeRounding::round_prefer_ceil,
        ResizeRounding::floor, ResizeRounding::ceil}) {
    const std::string name(name_of(rounding));
    compare_with_onnx("nearest." + name,
                      resize({8, 4}, {.mode = ResizeMode::nearest, .rounding = rounding}));
    compare_with_onnx("nearest.asymmetric." + name,
                      resize({8, 4}, {.mode = ResizeMode::nearest,
                                      .coordinates = ResizeCoordinates::asymmetric,
                                      .rounding = rounding}));
  }
}

TEST(Resize, FiltersAgreeWithOnnx) {
  const auto cubic = ResizeMode::cubic;
  compare_with_onnx("linear.volume", resize_by({1, 1, 2, 2, 0.5F}));
  compare_with_onnx("cubic.coefficient", resize({9, 8}, {.mode = cubic, .cubic_coeff_a = -0.5}));
  compare_with_onnx("cubic.exclude", resize({9, 3}, {.mode = cubic, .exclude_outside = true}));
  compare_with_onnx("linear.antialias", resize({3, 12}, {.antialias = true}));
  compare_with_onnx("cubic.antialias", resize({3, 4}, {.mode = cubic, .antialias = true}));
  compare_with_onnx(
      "cubic.antialias_exclude",
      resize_by({0.625F, 0.75F}, {.mode = cubic, .exclude_outside = true, .antialias = true}));
}

TEST(Resize, Shapes) {
  for (ResizeMode mode : modes) {
    check_op(resize_by({1, 1, 2, 2}, {.mode = mode}), {{1, 3, 4, 9}});
    check_op(resize({0, 0, 5, 3}, {.mode = mode, .antialias = mode != ResizeMode::nearest}),
             {{1, 2, 12, 17}});
  }
  check_op(resize_by({1, 1, 2, 2}, {.mode = ResizeMode::nearest,
                                    .coordinates = ResizeCoordinates::asymmetric,
                                    .rounding = ResizeRounding::floor}),
           {{1, 3, 4, 9}});
  check_op(resize({7, 5}, {.coordinates = ResizeCoordinates::align_corners}), {{1, 9}});
  check_op(resize({9, 3}, {.mode = ResizeMode::cubic, .exclude_outside = true}), {{4, 5}});
  check_op(resize({0, 0}), {{3, 4}}); // nothing to do
  auto crop = resize({3, 6}, {.coordinates = ResizeCoordinates::tf_crop_and_resize});
  crop.op.crop_begin = {1, -2};
  crop.op.crop_end = {3, 5};
  crop.op.crop_unit = 4;
  crop.op.extrapolation_value = 10;
  check_op(crop, {{4, 5}});
}

TEST(Resize, OtherTypes) {
  for (DType dtype : {DType::f16, DType::f64, DType::i8, DType::u8, DType::i32})
    for (ResizeMode mode : modes)
      check_op(resize({5, 9}, {.mode = mode}), {{3, 4}}, {.dtype = dtype});
  check_op(resize({5, 9}, {.mode = ResizeMode::nearest}), {{3, 4}}, {.dtype = DType::boolean});
}

TEST(Resize, ScalesAreSimpleFractions) {
  const auto text = [](float scale) {
    const Fraction fraction = simplest_fraction(scale);
    return std::to_string(fraction.numerator) + "/" + std::to_string(fraction.denominator);
  };
  EXPECT_EQ(text(2), "2/1");
  EXPECT_EQ(text(0.5F), "1/2");
  EXPECT_EQ(text(0.6F), "3/5");
  EXPECT_EQ(text(1.0F / 3), "1/3");
  EXPECT_EQ(text(2.3F), "23/10");
  EXPECT_EQ(text(224.0F / 333), "224/333");
  EXPECT_EQ(text(0), "0/1");
  EXPECT_EQ(text(-0.4F), "-2/5");
  EXPECT_EQ(text(1e30F), "0/0");
  // Each is the nearest float to its fraction.
  for (float scale = 0.0123F; scale < 1000; scale *= 1.0371F) {
    const Fraction fraction = simplest_fraction(scale);
    EXPECT_EQ(static_cast<float>(static_cast<double>(fraction.numerator) /
                                 static_cast<double>(fraction.denominator)),
              scale);
  }
}

TEST(Resize, PlacesToCropHaveOneUnit) {
  ops::Resize op;
  op.set_crop(std::vector{0.4F, -0.5F, 0.0F}, std::vector{0.6F, 1.0F / 3, 1.0F});
  EXPECT_EQ(op.crop_unit, 30);
  EXPECT_EQ(op.crop_begin, (Shape{12, -15, 0}));
  EXPECT_EQ(op.crop_end, (Shape{18, 10, 30}));
  op.coordinates = ResizeCoordinates::tf_crop_and_resize;
  op.set_crop(std::vector{1e-30F}, std::vector{1.0F});
  EXPECT_EQ(shape_or_refusal(op, {{DType::f32, {4}}}),
            "the unit of the part to crop is none; expected 1 to 1073741823, got 0");
}

TEST(Resize, ShapeRule) {
  static_assert(shape_of(resize({0, 0, 8, 9}), {1, 3, 4, 4}) == Shape{1, 3, 8, 9});
  EXPECT_EQ(shape_or_refusal(resize_by({1, 0.7F}), {2, 10}), "2x7");
  EXPECT_EQ(shape_or_refusal(resize(Shape{}), {2, 3}), "2x3");
  EXPECT_EQ(shape_or_refusal(resize({4}), {2, 3}),
            "the sizes or scales do not fit the input 2x3; expected 2 entries, one per dimension, "
            "got 1");
  EXPECT_EQ(shape_or_refusal(resize_by({1, 0}), {2, 3}),
            "a scale is no fraction; expected terms from 1 to 1073741823, got 1x0 / 1x1");
  EXPECT_EQ(shape_or_refusal(resize_by({1, 0.1F}), {2, 3}),
            "resize makes an empty result; expected extents >= 1 of the result, got 0 in "
            "dimension 1");
  auto both = resize({0, 4});
  both.op.set_scales(std::vector{1.0F, 0.25F});
  EXPECT_EQ(shape_or_refusal(both, {2, 3}),
            "the scale and the size of dimension 1 contradict each other; expected a scale near 4 "
            "/ 3, got 1x4; state one of them");
  EXPECT_EQ(shape_or_refusal(resize({0, 1000003}), {2, 999983}),
            "the places in dimension 1 of the input 2x999983 are too fine fractions; expected "
            "numerators and denominators below 2^29, got scale 1000003 / 999983; state the sizes, "
            "or a simpler scale");
}

} // namespace
} // namespace fovea
