#include "dsl/filters/plane.hpp"

#include <fovea/definition/outer_product.hpp>

#include <algorithm>
#include <cmath>

namespace fovea::filters {

Reach reach_of(Size window) {
  const int64_t top = window.height / 2, left = window.width / 2;
  return {top, window.height - 1 - top, left, window.width - 1 - left};
}

Plane::Plane(const TensorType& image, Border border)
    : image_(0, "X", image), border_(border),
      work_(image.dtype == DType::f64 ? DType::f64 : DType::f32) {}

Let Plane::padded(const Reach& reach, DType type) const {
  const auto at = [&](const auto& place) {
    return detail::guarded(place, border_.rule, border_.value);
  };
  return let(Result("P")(i.range(height() + reach.top + reach.bottom),
                         j.range(width() + reach.left + reach.right)) =
                 cast(image_(at(i - reach.top), at(j - reach.left)), type));
}

namespace {

// total + value * weight, without a multiplication by 1 or -1.
void add(std::optional<Pixel>& total, const Pixel& value, double weight) {
  if (!total)
    total = weight == 1 ? value : weight == -1 ? -value : value * weight;
  else if (weight < 0)
    total = *total - (weight == -1 ? value : value * -weight);
  else
    total = *total + (weight == 1 ? value : value * weight);
}

} // namespace

// Row by row: the expression stays shallow.
Pixel weighted(const Let& P, const Mask& mask, int64_t top, int64_t left) {
  std::optional<Pixel> total;
  for (int64_t y = 0; y < mask.size.height; ++y) {
    std::optional<Pixel> row;
    for (int64_t x = 0; x < mask.size.width; ++x)
      if (const double weight = mask.weights[static_cast<size_t>(y * mask.size.width + x)];
          weight != 0)
        add(row, P(i + (top + y), j + (left + x)), weight);
    if (row)
      add(total, *row, 1);
  }
  return mask.divisor == 1 ? *total : *total / mask.divisor;
}

// Each pass reads and writes the image: it pays where it saves half of the terms.
std::optional<SeparatedMask> separated(const Mask& mask) {
  const auto [height, width] = mask.size;
  const auto terms = std::ranges::count_if(mask.weights, [](double weight) { return weight != 0; });
  if (terms <= 2 * (height + width))
    return std::nullopt;
  std::optional<OuterProduct> product = outer_product(height, width, mask.weights);
  if (!product)
    return std::nullopt;
  return SeparatedMask{Mask({1, width}, std::move(product->across)),
                       Mask({height, 1}, std::move(product->down), mask.divisor)};
}

Pixel separable(const Plane& plane, const Let& P, Size size, const Let* weights) {
  const auto term = [&](const auto& element) {
    using Set = typename std::remove_cvref_t<decltype(element)>::letters;
    return weights ? Scalar<Set>{(element * (*weights)(m)).expr} : element;
  };
  const Index<'m'> across = m.range(size.width), down = m.range(size.height);
  const Let R = let(Result("R")(i.range(plane.height() + size.height - 1), j.range(plane.width())) =
                        sum(across)(term(P(i, j + across))));
  return sum(down)(term(R(i + down, j)));
}

int64_t gaussian_radius(double sigma) {
  constexpr double farthest = 1 << 19;
  return static_cast<int64_t>(std::clamp(4 * sigma + 0.5, 1.0, farthest));
}

Let gaussian_weights(const Plane& plane, double sigma, int64_t radius) {
  const auto distance = cast(value(m - radius), plane.work());
  const Let E = let(Result("E")(m.range(2 * radius + 1)) =
                        exp(distance * distance * (-0.5 / (sigma * sigma))));
  const Let S = let(Result("S")() = sum(m)(E(m)));
  return let(Result("G")(m) = E(m) / S());
}

Pixel gaussian_of(const Plane& plane, double sigma, int64_t radius) {
  const Let weights = gaussian_weights(plane, sigma, radius);
  const Let P = plane.padded({radius, radius, radius, radius});
  return separable(plane, P, 2 * radius + 1, &weights);
}

Pixel gaussian5x5_of(const Plane& plane) {
  const Let P = plane.padded(reach_of(5));
  const Let R = let(Result("R")(i.range(plane.height() + 4), j.range(plane.width())) =
                        weighted(P, {{1, 4, 6, 4, 1}}));
  return weighted(R, Mask(Size(5, 1), {1, 4, 6, 4, 1}, 256));
}

} // namespace fovea::filters
