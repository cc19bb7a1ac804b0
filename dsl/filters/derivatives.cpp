#include "dsl/filters/plane.hpp"

namespace fovea::filters {
namespace {

Filter stencil(std::string name, const Mask& mask, bool makes_images, Border border,
               SourceLocation location, Attributes attributes = {}) {
  const auto value = [=](const Plane& plane) {
    return weighted(plane.padded(reach_of(mask.size)), mask);
  };
  return filter({.name = std::move(name),
                 .attributes = std::move(attributes),
                 .border = border,
                 .makes_images = makes_images,
                 .value = value},
                location);
}

Mask transposed(const Mask& mask) {
  std::vector<double> weights;
  for (int64_t x = 0; x < mask.size.width; ++x)
    for (int64_t y = 0; y < mask.size.height; ++y)
      weights.push_back(mask.weights[static_cast<size_t>(y * mask.size.width + x)]);
  return {{mask.size.width, mask.size.height}, std::move(weights), mask.divisor};
}

// `x` is as wide as 3, and of 3 rows or one.
Gradient gradient(const std::string& name, const Mask& x, Border border, SourceLocation location) {
  const Mask y = transposed(x);
  const auto magnitude = [=](const Plane& plane) {
    const Let P = plane.padded(reach_of(3)); // for both
    const int64_t margin = (3 - x.size.height) / 2;
    const Pixel across = weighted(P, x, margin, 0), down = weighted(P, y, 0, margin);
    return sqrt(across * across + down * down);
  };
  return {
      filter({.name = name, .border = border, .makes_images = false, .value = magnitude}, location),
      stencil(name + "_x", x, false, border, location),
      stencil(name + "_y", y, false, border, location)};
}

// Across -1 0 1, down a 3x3 mask `side`, `middle`, `side`.
Mask smoothed_difference(double side, double middle) {
  return {{-side, 0, side}, {-middle, 0, middle}, {-side, 0, side}};
}

} // namespace

Gradient sobel(Border border, SourceLocation location) {
  return gradient("sobel", smoothed_difference(1, 2), border, location);
}

Gradient prewitt(Border border, SourceLocation location) {
  return gradient("prewitt", smoothed_difference(1, 1), border, location);
}

Gradient scharr(Border border, SourceLocation location) {
  return gradient("scharr", smoothed_difference(3, 10), border, location);
}

Gradient first_derivative(Border border, SourceLocation location) {
  return gradient("first_derivative", Mask({{-1, 0, 1}}, 2), border, location);
}

Derivative second_derivative(Border border, SourceLocation location) {
  const Mask x{{1, -2, 1}};
  return {stencil("second_derivative_x", x, false, border, location),
          stencil("second_derivative_y", transposed(x), false, border, location)};
}

Filter edge(int neighbours, Border border, SourceLocation location) {
  require(neighbours == 4 || neighbours == 8, "edge", "a pixel has no such neighbours", "4 or 8",
          std::to_string(neighbours), location);
  const double corner = neighbours == 8 ? -1 : 0, middle = neighbours;
  return stencil("edge", {{corner, -1, corner}, {-1, middle, -1}, {corner, -1, corner}}, false,
                 border, location, {{"neighbours", int64_t{neighbours}}});
}

Filter laplacian(Border border, SourceLocation location) {
  return stencil("laplacian", {{0, 1, 0}, {1, -4, 1}, {0, 1, 0}}, false, border, location);
}

Filter laplacian_of_gaussian(double sigma, Border border, SourceLocation location) {
  require_positive("laplacian_of_gaussian", "sigma is no deviation", sigma, location);
  const auto value = [=](const Plane& plane) {
    const int64_t radius = gaussian_radius(sigma);
    const Let P = plane.padded({radius, radius, radius, radius});
    const Let G = gaussian_weights(plane, sigma, radius);
    const auto distance = cast(fovea::value(m - radius), plane.work());
    const Let S = let(Result("S")() = sum(m)(G(m) * distance * distance));
    const Let D = let(Result("D")(m.range(2 * radius + 1)) =
                          G(m) * (distance * distance - S()) / (sigma * sigma * sigma * sigma));
    const auto rows = i.range(plane.height() + 2 * radius);
    const auto smooth = let(Result("A")(rows, j) = sum(m)(P(i, j + m) * G(m)));
    const auto curved = let(Result("B")(rows, j) = sum(m)(P(i, j + m) * D(m)));
    return sum(m)(smooth(i + m, j) * D(m)) + sum(m)(curved(i + m, j) * G(m));
  };
  return filter({.name = "laplacian_of_gaussian",
                 .attributes = {{"sigma", sigma}},
                 .border = border,
                 .makes_images = false,
                 .value = value},
                location);
}

Filter sharpen(Border border, SourceLocation location) {
  return stencil("sharpen", {{0, -1, 0}, {-1, 5, -1}, {0, -1, 0}}, true, border, location);
}

Filter emboss(Border border, SourceLocation location) {
  return stencil("emboss", {{-2, -1, 0}, {-1, 1, 1}, {0, 1, 2}}, true, border, location);
}

namespace {

// X + amount * (X - smoothed X)
Pixel unsharp(const Plane& plane, const Pixel& smooth, double amount) {
  const Pixel x = plane.centre();
  return x + (x - smooth) * amount;
}

} // namespace

Filter unsharp_mask(double sigma, double amount, Border border, SourceLocation location) {
  require_positive("unsharp_mask", "sigma is no deviation", sigma, location);
  require_positive("unsharp_mask", "there is no such amount", amount, location);
  const auto value = [=](const Plane& plane) {
    return unsharp(plane, gaussian_of(plane, sigma, gaussian_radius(sigma)), amount);
  };
  return filter({.name = "unsharp_mask",
                 .attributes = {{"sigma", sigma}, {"amount", amount}},
                 .border = border,
                 .value = value},
                location);
}

Filter unsharp_mask5x5(double amount, Border border, SourceLocation location) {
  require_positive("unsharp_mask5x5", "there is no such amount", amount, location);
  const auto value = [=](const Plane& plane) {
    return unsharp(plane, gaussian5x5_of(plane), amount);
  };
  return filter({.name = "unsharp_mask5x5",
                 .attributes = {{"amount", amount}},
                 .border = border,
                 .value = value},
                location);
}

} // namespace fovea::filters
