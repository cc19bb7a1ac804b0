#include "dsl/filters/plane.hpp"

#include <fovea/error.hpp>
#include <fovea/ops/pad.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace fovea::filters {
namespace {

bool holds(DType type, double value) {
  return ops::Pad::holds(type, value);
}

std::string_view name_of_rule(const Border& border) {
  return border.rule == Boundary::fill ? border.value == 0 ? "zero" : "constant"
                                       : name_of(border.rule);
}

// A filter in a network: its definition is that of a plane, mapped over all dimensions before.
class FilterOp final : public AnyOp {
 public:
  FilterOp(Recipe recipe, SourceLocation location)
      : recipe_(std::move(recipe)), location_(location) {}
  std::string name() const override { return recipe_.name; }
  int inputs() const override { return 1; }
  Attributes attributes() const override {
    Attributes list = recipe_.attributes;
    list.emplace_back("border", std::string(name_of_rule(recipe_.border)));
    if (recipe_.border.rule == Boundary::fill && recipe_.border.value != 0)
      list.emplace_back("value", recipe_.border.value);
    return list;
  }
  Attributes chosen_attributes() const override {
    return recipe_.border.rule == Boundary::reflect ? recipe_.attributes : attributes();
  }
  Parameters parameters(const Types&) const override { return {}; }
  OpPtr expanded(const Types&) const override { return nullptr; }

  Inferred infer(const Types& operands) const override {
    const TensorType& x = operands[0];
    if (const ShapeError error = check_operand(x, 2, max_rank); error.what)
      return error;
    const bool known =
        recipe_.any_numbers ? x.dtype != DType::boolean : is_float(x.dtype) || x.dtype == DType::u8;
    if (!known)
      return ShapeError{"its elements are no samples of an image",
                        recipe_.any_numbers ? "a type of numbers" : "a float type or u8",
                        "",
                        "cast the image to f32",
                        {}};
    if (recipe_.border.rule == Boundary::fill && !holds(x.dtype, recipe_.border.value))
      return ShapeError{"the border's value is none of the element type",
                        "an integer that fits",
                        "another number",
                        "",
                        {}};
    return TensorType{result_type(x.dtype), x.shape};
  }

  Definition definition(const Types& operands) const override {
    const TensorType& x = operands[0];
    const int leading = x.shape.rank() - 2;
    const TensorType image{x.dtype, x.shape.slice(leading, x.shape.rank())};
    const Plane plane(image, recipe_.border);
    const Pixel value = in(recipe_.value(plane), result_type(x.dtype));
    const Definition one =
        bind(recipe_.name, {{"X", image}},
             {Z(i.range(plane.height()), j.range(plane.width())) = value}, location_);
    return leading == 0 ? one : map_over(one, x.shape.slice(0, leading), {0});
  }

 private:
  DType result_type(DType image) const {
    return is_float(image) || recipe_.any_numbers || recipe_.makes_images ? image : DType::f32;
  }
  // Integers are the nearest.
  static Pixel in(const Pixel& value, DType type) {
    const bool rounds = is_float(value.expr->type) && !is_float(type);
    return cast(rounds ? round(value) : value, type);
  }

  const Recipe recipe_;
  const SourceLocation location_;
};

} // namespace

void require(bool holds, const char* filter, const char* what, const std::string& expected,
             const std::string& got, SourceLocation location) {
  if (!holds)
    throw Error({.what = fmt::format("filter '{}': {}", filter, what),
                 .where = location,
                 .expected = expected,
                 .got = got});
}

void require_window(const char* filter, int64_t extent, SourceLocation location) {
  constexpr int64_t largest = 1 << 20;
  require(extent >= 1 && extent <= largest, filter, "the window has no such extent",
          fmt::format("1 to {}", largest), std::to_string(extent), location);
}

void require_positive(const char* filter, const char* what, double value, SourceLocation location) {
  require(value > 0 && std::isfinite(value), filter, what, "a finite number > 0",
          fmt::format("{}", value), location);
}

Filter filter(Recipe recipe, SourceLocation location) {
  const Border& border = recipe.border;
  require(border.rule != Boundary::none && !std::isnan(border.value), recipe.name.c_str(),
          "the border is no rule", "zero, constant, clamp, reflect or wrap", "none", location);
  return {std::make_shared<FilterOp>(std::move(recipe), location), location};
}

Filter Filter::named(std::string name) const {
  Filter copy = *this;
  copy.name_ = std::move(name);
  return copy;
}

Definition Filter::definition(const TensorType& image) const {
  const Inferred inferred = op_->infer({image});
  if (const ShapeError& error = inferred.error; error.what)
    throw Error({.what = fmt::format("filter '{}': {}", op_->name(),
                                     render(error.what, error, image.shape)),
                 .where = location_,
                 .expected = render(error.expected, error, image.shape),
                 .got = render(error.got, error, image.shape),
                 .hint = render(error.hint, error, image.shape)});
  return op_->definition({image});
}

Tensor<> Filter::operator()(const Tensor<>& image) const {
  return image.network().apply(op_, {image}, name_, location_)[0];
}

// --- Masks -----------------------------------------------------------------------------------

namespace {

Size size_of_rows(std::initializer_list<std::initializer_list<double>> rows) {
  return {static_cast<int64_t>(rows.size()),
          rows.size() == 0 ? 0 : static_cast<int64_t>(rows.begin()->size())};
}

std::vector<double> joined(std::initializer_list<std::initializer_list<double>> rows,
                           SourceLocation location) {
  std::vector<double> weights;
  for (const auto& row : rows) {
    if (row.size() != rows.begin()->size())
      throw Error({.what = "mask: its rows differ in length",
                   .where = location,
                   .expected = std::to_string(rows.begin()->size()),
                   .got = std::to_string(row.size())});
    weights.insert(weights.end(), row.begin(), row.end());
  }
  return weights;
}

} // namespace

Mask::Mask(std::initializer_list<std::initializer_list<double>> rows, double divisor,
           SourceLocation location)
    : Mask(size_of_rows(rows), joined(rows, location), divisor, location) {}

Mask::Mask(Size size, std::vector<double> weights, double divisor, SourceLocation location)
    : size(size), weights(std::move(weights)), divisor(divisor) {
  constexpr int64_t largest = 64; // each weight is a term of the equation
  const auto refuse = [&](const char* what, std::string expected, std::string got) {
    throw Error({.what = fmt::format("mask: {}", what),
                 .where = location,
                 .expected = std::move(expected),
                 .got = std::move(got)});
  };
  if (size.height < 1 || size.width < 1 || size.height > largest || size.width > largest)
    refuse("it has no such size", fmt::format("1x1 to {}x{}", largest, largest),
           fmt::format("{}x{}", size.height, size.width));
  if (static_cast<int64_t>(this->weights.size()) != size.height * size.width)
    refuse("it has too many or too few weights", std::to_string(size.height * size.width),
           std::to_string(this->weights.size()));
  const auto is_finite = [](double weight) { return std::isfinite(weight); };
  if (!std::ranges::all_of(this->weights, is_finite))
    refuse("a weight is not finite", "finite numbers", "infinity or NaN");
  if (divisor == 0 || !std::isfinite(divisor))
    refuse("its divisor divides nothing", "a finite number other than 0",
           fmt::format("{}", divisor));
  if (std::ranges::all_of(this->weights, [](double weight) { return weight == 0; }))
    refuse("all its weights are 0", "one that is not", "");
}

Mask Mask::turned() const {
  Mask mask = *this;
  std::ranges::reverse(mask.weights);
  return mask;
}

} // namespace fovea::filters
