#pragma once
#include <cstdint>
#include <string_view>

// Where an element of a resized tensor stands in the input, as exact fractions of integers.
namespace fovea {

// Along a dimension of `input` elements that become `output`, scale = output / input unless stated,
// element i of the result stands at the place
//   half_pixel            (i + 1/2) / scale - 1/2: the tensors cover each other, pixels are areas
//   half_pixel_symmetric  the same about the tensors' centres, where the scale gives no whole
//   extent pytorch_half_pixel    half_pixel; 0 where the result has one element align_corners i
//   (input - 1) / (output - 1): the corner elements lie on each other asymmetric            i /
//   scale tf_half_pixel_for_nn  (i + 1/2) / scale tf_crop_and_resize    align_corners of a part of
//   the input
enum class ResizeCoordinates : uint8_t {
  half_pixel,
  half_pixel_symmetric,
  pytorch_half_pixel,
  align_corners,
  asymmetric,
  tf_half_pixel_for_nn,
  tf_crop_and_resize,
};
constexpr std::string_view name_of(ResizeCoordinates coordinates) {
  constexpr std::string_view names[] = {
      "half_pixel", "half_pixel_symmetric", "pytorch_half_pixel", "align_corners",
      "asymmetric", "tf_half_pixel_for_nn", "tf_crop_and_resize",
  };
  return names[static_cast<size_t>(coordinates)];
}

// Of a place to an element; the first two differ for a place in the middle between two.
enum class ResizeRounding : uint8_t { round_prefer_floor, round_prefer_ceil, floor, ceil };
constexpr std::string_view name_of(ResizeRounding rounding) {
  constexpr std::string_view names[] = {"round_prefer_floor", "round_prefer_ceil", "floor", "ceil"};
  return names[static_cast<size_t>(rounding)];
}

namespace detail {
// The enumerator up to `last` that has this name.
template <class E>
constexpr bool parse_name(std::string_view name, E& value, E last) {
  for (int k = 0; k <= static_cast<int>(last); ++k)
    if (name == name_of(static_cast<E>(k))) {
      value = static_cast<E>(k);
      return true;
    }
  return false;
}
} // namespace detail
constexpr bool parse(std::string_view name, ResizeCoordinates& coordinates) {
  return detail::parse_name(name, coordinates, ResizeCoordinates::tf_crop_and_resize);
}
constexpr bool parse(std::string_view name, ResizeRounding& rounding) {
  return detail::parse_name(name, rounding, ResizeRounding::ceil);
}

struct Fraction {
  int64_t numerator = 1, denominator = 1;
};
// The simplest fraction nearer to `value` than to any other float: 0.6f is 3/5. Of 0, and between
// 2^-20 and 2^20 on both sides of it; 0/0 for others.
constexpr Fraction simplest_fraction(float value) {
  if (value < 0) {
    const Fraction opposite = simplest_fraction(-value);
    return {-opposite.numerator, opposite.denominator};
  }
  if (value == 0)
    return {0, 1};
  if (!(value >= 1.0F / (1 << 20) && value <= 1 << 20))
    return {0, 0};
  // Between value and its neighbours, halfway: exact in double.
  double unit = 1;
  while (unit > value)
    unit /= 2;
  while (unit * 2 <= value)
    unit *= 2;
  const double low = value - unit / (value == unit ? 1 << 25 : 1 << 24);
  const double high = value + unit / (1 << 24);
  // Down the Stern-Brocot tree by continued fractions: the terms on which both ends agree, then the
  // least number between them.
  int64_t p[2] = {0, 1}, q[2] = {1, 0};
  double from = low, to = high;
  for (int step = 0; step < 64; ++step) {
    const auto whole = static_cast<int64_t>(from);
    const bool ends = static_cast<double>(whole) == from || whole + 1 <= to;
    const int64_t term = static_cast<double>(whole) == from || !ends ? whole : whole + 1;
    const int64_t next_p = term * p[1] + p[0], next_q = term * q[1] + q[0];
    p[0] = p[1];
    q[0] = q[1];
    p[1] = next_p;
    q[1] = next_q;
    if (ends)
      break;
    const double below = 1 / (to - static_cast<double>(whole));
    to = 1 / (from - static_cast<double>(whole));
    from = below;
  }
  return {p[1], q[1]};
}

namespace ops {

__extension__ typedef __int128 Wide; // NOLINT(*-use-using): `using` would warn under -Wpedantic
inline constexpr int64_t largest_term = (INT64_C(1) << 30) - 1;

constexpr Wide common_divisor(Wide a, Wide b) {
  a = a < 0 ? -a : a;
  b = b < 0 ? -b : b;
  while (b != 0) {
    const Wide rest = a % b;
    a = b;
    b = rest;
  }
  return a;
}
// Of numbers up to largest_term; 0 where it is larger, or where one of them is 0.
constexpr int64_t common_multiple(int64_t a, int64_t b) {
  if (a < 1 || b < 1 || a > largest_term || b > largest_term)
    return 0;
  const Wide multiple = Wide{a} * b / common_divisor(a, b);
  return multiple > largest_term ? 0 : static_cast<int64_t>(multiple);
}
constexpr Fraction reduced(Fraction fraction) {
  const auto by = static_cast<int64_t>(common_divisor(fraction.numerator, fraction.denominator));
  return {fraction.numerator / by, fraction.denominator / by};
}

// The place (step * i + offset) / unit in the input of element i of the result; unit > 0.
struct SourcePlace {
  Wide step = 1, offset = 0, unit = 1;

  // Kernels compute it in 32 bits, up to three times as large (see `nearest`).
  constexpr bool fits(int64_t output) const {
    const Wide end = step * (output - 1) + offset, limit = largest_term / 2;
    for (const Wide value : {step, offset, unit, end})
      if (value > limit || value < -limit)
        return false;
    return true;
  }
  constexpr bool is_identity() const { return step == unit && offset == 0; }
  constexpr SourcePlace reduced() const {
    const Wide by = common_divisor(common_divisor(step, offset), unit);
    return {step / by, offset / by, unit / by};
  }
};

struct ResizedAxis {
  int64_t input = 1, output = 1;
  Fraction scale{};
  int64_t crop_begin = 0, crop_end = 1, crop_unit = 1; // of tf_crop_and_resize

  constexpr SourcePlace place(ResizeCoordinates coordinates) const {
    const Wide p = scale.numerator, q = scale.denominator, last = Wide{input} - 1;
    const Wide steps = p * input - q; // output - 1, where the scale gives a whole extent
    SourcePlace place{0, 0, 1};
    switch (coordinates) {
    case ResizeCoordinates::pytorch_half_pixel:
      if (output > 1)
        place = {2 * q, q - p, 2 * p};
      break;
    case ResizeCoordinates::half_pixel:
      place = {2 * q, q - p, 2 * p};
      break;
    case ResizeCoordinates::half_pixel_symmetric:
      place = {2 * q, q - p + (p * input - q * output), 2 * p};
      break;
    case ResizeCoordinates::align_corners:
      if (output > 1)
        place = {last * q, 0, steps};
      break;
    case ResizeCoordinates::asymmetric:
      place = {q, 0, p};
      break;
    case ResizeCoordinates::tf_half_pixel_for_nn:
      place = {2 * q, q, 2 * p};
      break;
    case ResizeCoordinates::tf_crop_and_resize:
      place = output > 1
                  ? SourcePlace{last * (crop_end - crop_begin) * q, last * crop_begin * steps,
                                crop_unit * steps}
                  : SourcePlace{0, last * (Wide{crop_begin} + crop_end), Wide{2} * crop_unit};
      break;
    }
    return place.reduced();
  }
};

} // namespace ops
} // namespace fovea
