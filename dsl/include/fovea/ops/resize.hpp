#pragma once
#include <fovea/op/movement.hpp>
#include <fovea/op/source_coordinates.hpp>

#include <span>

namespace fovea {

enum class ResizeMode : uint8_t { nearest, linear, cubic };

constexpr std::string_view name_of(ResizeMode mode) {
  constexpr std::string_view names[] = {"nearest", "linear", "cubic"};
  return names[static_cast<size_t>(mode)];
}
constexpr bool parse(std::string_view name, ResizeMode& mode) {
  return detail::parse_name(name, mode, ResizeMode::cubic);
}

namespace ops {

// Samples the input at other places, in any of its dimensions. Along a dimension, element i of the
// result stands at the place x of the input that `coordinates` names, a fraction that is computed
// exactly. Its value is
//   nearest: the element at x rounded by `rounding`;
//   linear, cubic: the sum of w(k - r) X(floor(x) + k), r = x - floor(x), over 2 or 4 elements with
//     w(d) = 1 - |d|, or Keys' cubic with the coefficient `cubic_coeff_a`;
// where X is its nearest edge element outside, or nothing with `exclude_outside` (the weights are
// divided by their sum then). `antialias`: where the result is smaller, w is stretched by the
// scale. What ONNX calls Resize, where floats compute x and may round to the other side of a tie.
struct Resize : OpBase<Resize> {
  static constexpr const char* name = "resize";
  static constexpr int inputs = 1;

  // Extents of the result, one per dimension, 0 keeps the input's. Empty: floor(extent * scale), or
  // the input's where there are no scales.
  Shape sizes{};
  // Scales, result / input, as fractions, one per dimension. Empty: those of the extents.
  Shape scale_numerators{}, scale_denominators{};
  ResizeMode mode = ResizeMode::nearest;
  ResizeCoordinates coordinates = ResizeCoordinates::half_pixel;
  ResizeRounding rounding = ResizeRounding::round_prefer_floor;
  double cubic_coeff_a = -0.75;
  bool exclude_outside = false;
  bool antialias = false;
  // For tf_crop_and_resize: the part of the input, from crop_begin / crop_unit to crop_end /
  // crop_unit of the way from its first to its last element (empty: all of it), and what stands
  // outside it.
  Shape crop_begin{}, crop_end{};
  int64_t crop_unit = 1;
  double extrapolation_value = 0;

  template <class Self, class V>
  static constexpr void fields(Self& self, V&& visit) {
    visit("sizes", self.sizes);
    visit("scale_numerators", self.scale_numerators);
    visit("scale_denominators", self.scale_denominators);
    visit("mode", self.mode);
    visit("coordinates", self.coordinates);
    visit("rounding", self.rounding);
    visit("cubic_coeff_a", self.cubic_coeff_a);
    visit("exclude_outside", self.exclude_outside);
    visit("antialias", self.antialias);
    visit("crop_begin", self.crop_begin);
    visit("crop_end", self.crop_end);
    visit("crop_unit", self.crop_unit);
    visit("extrapolation_value", self.extrapolation_value);
  }

  // Scales as floats: see simplest_fraction.
  constexpr void set_scales(std::span<const float> scales) {
    scale_numerators = scale_denominators = {};
    for (const float scale : scales) {
      const Fraction fraction = simplest_fraction(scale);
      scale_numerators.push_back(fraction.numerator);
      scale_denominators.push_back(fraction.denominator);
    }
  }
  // The part to crop as floats, where 0 is a dimension's first element and 1 its last one.
  constexpr void set_crop(std::span<const float> begin, std::span<const float> end) {
    crop_unit = 1;
    for (const std::span<const float> list : {begin, end})
      for (const float place : list)
        crop_unit = common_multiple(crop_unit, simplest_fraction(place).denominator);
    const auto in_units = [&](std::span<const float> list) {
      Shape entries;
      for (const float place : list)
        if (const Fraction fraction = simplest_fraction(place); crop_unit > 0)
          entries.push_back(fraction.numerator * (crop_unit / fraction.denominator));
      return entries;
    };
    crop_begin = in_units(begin);
    crop_end = in_units(end);
  }

  // Dimension d of an input that has `extent` there.
  constexpr ResizedAxis axis(int d, int64_t extent) const {
    ResizedAxis axis{.input = extent};
    const bool scaled = !scale_numerators.empty();
    if (scaled)
      axis.scale = reduced({scale_numerators[d], scale_denominators[d]});
    axis.output =
        !sizes.empty()
            ? (sizes[d] == 0 ? extent : sizes[d])
            : static_cast<int64_t>(Wide{extent} * axis.scale.numerator / axis.scale.denominator);
    if (!scaled)
      axis.scale = reduced({axis.output, extent});
    if (coordinates == ResizeCoordinates::tf_crop_and_resize) {
      axis.crop_begin = per_dimension(crop_begin, d, 0);
      axis.crop_end = per_dimension(crop_end, d, crop_unit);
      axis.crop_unit = crop_unit;
    }
    return axis;
  }

  constexpr ShapeError check_lists(const TensorType& x) const {
    for (const Shape* list : {&sizes, &scale_numerators, &scale_denominators})
      if (const ShapeError error =
              check_per_dimension(*list, x, "the sizes or scales do not fit the input {in}");
          error.what)
        return error;
    if (scale_numerators.rank() != scale_denominators.rank())
      return {"a scale is no fraction",
              "numerators and denominators",
              "{0} / {1}",
              "",
              {scale_numerators, scale_denominators}};
    for (const Shape* list : {&scale_numerators, &scale_denominators})
      for (int64_t entry : *list)
        if (entry < 1 || entry > largest_term)
          return {"a scale is no fraction",
                  "terms from 1 to {0}",
                  "{1} / {2}",
                  "",
                  {Shape{largest_term}, scale_numerators, scale_denominators}};
    for (int64_t size : sizes)
      if (size < 0 || size > largest_term)
        return {"the sizes do not fit the input {in}",
                "0 to {0}",
                "{1}",
                "",
                {Shape{largest_term}, sizes}};
    if (coordinates != ResizeCoordinates::tf_crop_and_resize)
      return {};
    for (const Shape* list : {&crop_begin, &crop_end}) {
      if (const ShapeError error =
              check_per_dimension(*list, x, "the part to crop does not fit the input {in}");
          error.what)
        return error;
      for (int64_t entry : *list)
        if (entry < -largest_term || entry > largest_term)
          return {"the part to crop does not fit the input {in}",
                  "entries from {0} to {1}",
                  "{2}",
                  "",
                  {Shape{-largest_term}, Shape{largest_term}, *list}};
    }
    if (crop_unit < 1 || crop_unit > largest_term)
      return {"the unit of the part to crop is none",
              "1 to {0}",
              "{1}",
              "",
              {Shape{largest_term}, Shape{crop_unit}}};
    return {};
  }

  constexpr Inferred infer(const Types& operands) const {
    TensorType z = operands[0];
    if (const ShapeError error = check_operand(z, 0, max_rank); error.what)
      return error;
    if (const ShapeError error = check_lists(z); error.what)
      return error;
    if (mode != ResizeMode::nearest && z.dtype == DType::boolean)
      return ShapeError{"truth values are not interpolated", "mode nearest", "", "", {}};
    for (int d = 0; d < z.shape.rank(); ++d) {
      const ResizedAxis resized = axis(d, z.shape[d]);
      if (resized.output < 1)
        return ShapeError{"resize makes an empty result",
                          "extents >= 1 of the result",
                          "0 in dimension {0}",
                          "",
                          {Shape{d}}};
      // Corners can only lie on each other where the scale, too, gives two elements.
      if (Wide{resized.scale.numerator} * resized.input <= resized.scale.denominator &&
          resized.output > 1)
        return ShapeError{"the scale and the size of dimension {0} contradict each other",
                          "a scale near {1} / {2}",
                          "{3}",
                          "state one of them",
                          {Shape{d}, Shape{resized.output}, Shape{resized.input},
                           Shape{resized.scale.numerator, resized.scale.denominator}}};
      if (resized.input > largest_term || resized.output > largest_term ||
          !resized.place(coordinates).fits(resized.output))
        return ShapeError{
            "the places in dimension {0} of the input {in} are too fine fractions",
            "numerators and denominators below 2^29",
            "scale {1} / {2}",
            "state the sizes, or a simpler scale",
            {Shape{d}, Shape{resized.scale.numerator}, Shape{resized.scale.denominator}}};
      z.shape[d] = resized.output;
    }
    if (const ShapeError error = check_result(z); error.what)
      return error;
    return z;
  }

  Definition definition(const Types& operands) const;
};

} // namespace ops

struct ResizeOptions {
  ResizeMode mode = ResizeMode::linear;
  ResizeCoordinates coordinates = ResizeCoordinates::half_pixel;
  ResizeRounding rounding = ResizeRounding::round_prefer_floor;
  double cubic_coeff_a = -0.75;
  bool exclude_outside = false;
  bool antialias = false;

  constexpr ops::Resize op() const {
    ops::Resize op;
    op.mode = mode;
    op.coordinates = coordinates;
    op.rounding = rounding;
    op.cubic_coeff_a = cubic_coeff_a;
    op.exclude_outside = exclude_outside;
    op.antialias = antialias;
    return op;
  }
};

// image | resize({0, 0, 224, 224}); resize({0, 0, 224, 224}, {.mode = ResizeMode::cubic}). An
// extent of 0 is the input's.
constexpr Layer<ops::Resize> resize(const Shape& sizes, const ResizeOptions& options = {},
                                    SourceLocation location = SourceLocation::current()) {
  ops::Resize op = options.op();
  op.sizes = sizes;
  return {op, location};
}
// image | resize_by({1, 1, 2, 2}, {.mode = ResizeMode::nearest}): extents are floor(extent *
// scale). A scale stands for the simplest fraction that it is the nearest float to: 0.6 for 3/5.
constexpr Layer<ops::Resize> resize_by(std::initializer_list<float> scales,
                                       const ResizeOptions& options = {},
                                       SourceLocation location = SourceLocation::current()) {
  ops::Resize op = options.op();
  op.set_scales({scales.begin(), scales.size()});
  return {op, location};
}

} // namespace fovea
