#include "dsl/filters/plane.hpp"

#include <fmt/format.h>

#include <cmath>

namespace fovea::filters {
namespace {

Attributes size_attribute(Size size) {
  return {{"size", std::vector<int64_t>{size.height, size.width}}};
}

Filter window_sum(const char* name, Size size, bool normalised, Border border,
                  SourceLocation location) {
  require_window(name, size.height, location);
  require_window(name, size.width, location);
  Attributes attributes = size_attribute(size);
  if (!normalised)
    attributes.emplace_back("normalised", false);
  const auto value = [=](const Plane& plane) {
    const Pixel sum = separable(plane, plane.padded(reach_of(size)), size);
    return normalised ? sum / static_cast<double>(size.height * size.width) : sum;
  };
  return filter({.name = name,
                 .attributes = std::move(attributes),
                 .border = border,
                 .makes_images = normalised,
                 .value = value},
                location);
}

} // namespace

// Along rows and then along columns, where the mask allows it and it is less work.
Filter correlate(const Mask& mask, Border border, SourceLocation location) {
  const auto value = [mask, parts = separated(mask)](const Plane& plane) {
    const Let P = plane.padded(reach_of(mask.size));
    if (!parts)
      return weighted(P, mask);
    const auto rows = i.range(plane.height() + mask.size.height - 1);
    const Let R = let(Result("R")(rows, j.range(plane.width())) = weighted(P, parts->across));
    return weighted(R, parts->down);
  };
  return filter({.name = "correlate",
                 .attributes = size_attribute(mask.size),
                 .border = border,
                 .makes_images = false,
                 .value = value},
                location);
}

// The anchor stays the element before which there are size / 2 others: of an even size, the window
// reaches one further behind than the mirrored one would.
Filter convolve(const Mask& mask, Border border, SourceLocation location) {
  return correlate(mask.turned(), border, location);
}

Filter mean(Size size, Border border, SourceLocation location) {
  return window_sum("mean", size, true, border, location);
}

Filter box(Size size, bool normalised, Border border, SourceLocation location) {
  return window_sum("box", size, normalised, border, location);
}

Filter trapezoidal(int64_t size, int64_t ramp, Border border, SourceLocation location) {
  require_window("trapezoidal", size, location);
  require(ramp >= 0 && ramp <= (size - 1) / 2, "trapezoidal", "the ramp does not fit its size",
          fmt::format("0 to {}", (size - 1) / 2), std::to_string(ramp), location);
  const auto value = [=](const Plane& plane) {
    const auto number = [&](const auto& index) { return cast(fovea::value(index), plane.work()); };
    const Let T = let(Result("T")(m.range(size)) =
                          min(min(number(m + 1), number(size - m)), static_cast<double>(ramp + 1)));
    const double sum = static_cast<double>((size - ramp) * (ramp + 1)); // along one axis
    return separable(plane, plane.padded(reach_of(size)), size, &T) / (sum * sum);
  };
  return filter({.name = "trapezoidal",
                 .attributes = {{"size", size}, {"ramp", ramp}},
                 .border = border,
                 .value = value},
                location);
}

Filter gaussian3x3(Border border, SourceLocation location) {
  const Mask mask({{1, 2, 1}, {2, 4, 2}, {1, 2, 1}}, 16);
  return filter({.name = "gaussian3x3",
                 .border = border,
                 .value = [=](const Plane& p) { return weighted(p.padded(reach_of(3)), mask); }},
                location);
}

Filter gaussian5x5(Border border, SourceLocation location) {
  return filter({.name = "gaussian5x5", .border = border, .value = gaussian5x5_of}, location);
}

Filter gaussian(double sigma, Border border, SourceLocation location) {
  require_positive("gaussian", "sigma is no deviation", sigma, location);
  return gaussian(sigma, gaussian_radius(sigma), border, location);
}

Filter gaussian(double sigma, int64_t radius, Border border, SourceLocation location) {
  require_positive("gaussian", "sigma is no deviation", sigma, location);
  require_window("gaussian", radius, location);
  return filter({.name = "gaussian",
                 .attributes = {{"sigma", sigma}, {"radius", radius}},
                 .border = border,
                 .value = [=](const Plane& plane) { return gaussian_of(plane, sigma, radius); }},
                location);
}

Filter bilateral(double sigma_space, double sigma_range, Border border, SourceLocation location) {
  require_positive("bilateral", "sigma_space is no deviation", sigma_space, location);
  constexpr double farthest = 1 << 19;
  const double radius = std::min(std::ceil(2 * sigma_space), farthest);
  return bilateral(sigma_space, sigma_range, static_cast<int64_t>(radius), border, location);
}

namespace {

struct Bilateral {
  double of_distance, of_difference; // what squares are multiplied by within the exponential
  int64_t radius;

  template <class Distance, class Difference>
  auto weight(const Distance& square_of_distance, const Difference& difference) const {
    return exp(difference * difference * of_difference + square_of_distance * of_distance);
  }

  // In its small windows each element is a term of its own: what the sum of the weights needs, the
  // weighted sum has computed.
  bool is_written_out() const { return radius <= 3; }

  Pixel written_out(const Let& P) const {
    const Pixel centre = P(i + radius, j + radius);
    std::optional<Pixel> total, weights;
    for (int64_t y = -radius; y <= radius; ++y)
      for (int64_t x = -radius; x <= radius; ++x) {
        if (y * y + x * x > radius * radius)
          continue;
        const Pixel near = P(i + (radius + y), j + (radius + x));
        const auto squares = static_cast<double>(y * y + x * x);
        const Let W = let(Result("W")(i, j) = weight(squares, near - centre));
        total = total ? *total + W(i, j) * near : W(i, j) * near;
        weights = weights ? *weights + W(i, j) : W(i, j);
      }
    return *total / *weights;
  }

  // The weighted sum and that of the weights as two elements of one.
  Pixel summed(const Plane& plane, const Let& P) const {
    const auto down = m.range(2 * radius + 1);
    const auto across = n.range(2 * radius + 1);
    const auto square = [](const auto& number) { return number * number; };
    const auto distance =
        square(fovea::value(down - radius)) + square(fovea::value(across - radius));
    const auto near = P(i + down, j + across);
    const auto each = weight(cast(distance, plane.work()), near - P(i + radius, j + radius));
    const Index<'k'> part{};
    const auto window = sum(down, across).where(distance <= radius * radius);
    const Let S = let(Result("S")(part.range(2), i, j) =
                          window(select(equal(fovea::value(part), 0), each * near, each)));
    return S(IndexValue<Letters<>>{{0, {}}}, i, j) / S(IndexValue<Letters<>>{{1, {}}}, i, j);
  }
};

} // namespace

Filter bilateral(double sigma_space, double sigma_range, int64_t radius, Border border,
                 SourceLocation location) {
  require_positive("bilateral", "sigma_space is no deviation", sigma_space, location);
  require_positive("bilateral", "sigma_range is no deviation", sigma_range, location);
  require_window("bilateral", radius, location);
  const Bilateral form{-0.5 / (sigma_space * sigma_space), -0.5 / (sigma_range * sigma_range),
                       radius};
  const auto value = [=](const Plane& plane) {
    const Let P = plane.padded({radius, radius, radius, radius});
    return form.is_written_out() ? form.written_out(P) : form.summed(plane, P);
  };
  return filter({.name = "bilateral",
                 .attributes = {{"sigma_space", sigma_space},
                                {"sigma_range", sigma_range},
                                {"radius", radius}},
                 .border = border,
                 .value = value},
                location);
}

} // namespace fovea::filters
