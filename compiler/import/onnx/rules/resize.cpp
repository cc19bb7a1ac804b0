#include "compiler/import/onnx/rules.hpp"

#include <fovea/ops/grid_sample.hpp>
#include <fovea/ops/resize.hpp>

#include <algorithm>

// Images in other sizes, and read at other places.
namespace fovea::import {
namespace {

using Floats = std::vector<float>;

Floats floats_of(const Constant& constant) {
  Floats values;
  for (int64_t k = 0; k < constant.elements(); ++k)
    values.push_back(static_cast<float>(number_at(constant, k)));
  return values;
}

// Absent, or without elements: not given.
Floats known_floats(Node& node, int k, const char* what) {
  return node.has(k) ? floats_of(node.known(k, what)) : Floats();
}

// A list for some axes, with `otherwise` for the other dimensions.
template <class T>
std::vector<T> for_all_dimensions(Node& node, const std::vector<T>& list,
                                  const std::vector<int>& axes, T otherwise, const char* what) {
  if (list.size() != axes.size())
    node.fail(std::string(what) + " has the wrong number of entries", std::to_string(axes.size()),
              std::to_string(list.size()));
  std::vector<T> all(static_cast<size_t>(node.operand(0).shape().rank()), otherwise);
  for (size_t k = 0; k < axes.size(); ++k)
    all[static_cast<size_t>(axes[k])] = list[k];
  return all;
}

std::vector<int> axes_of(Node& node) {
  const int rank = node.operand(0).shape().rank();
  std::vector<int> axes;
  for (const int64_t axis : node.integers("axes")) {
    axes.push_back(node.axis_of(axis, rank));
    if (std::count(axes.begin(), axes.end(), axes.back()) > 1)
      node.fail("an axis occurs twice", "distinct axes", std::to_string(axis));
  }
  if (axes.empty())
    for (int d = 0; d < rank; ++d)
      axes.push_back(d);
  return axes;
}

template <class Name>
void read_name(Node& node, const char* attribute, const char* otherwise, Name& name) {
  const std::string text = node.text(attribute, otherwise);
  if (!parse(text, name))
    node.fail(std::string(attribute) + " is unknown", {}, text);
}

// One scale for all axes, so that none is larger, or none smaller, than asked for.
void keep_aspect(Node& node, ops::Resize& op, const std::vector<int>& axes, bool larger) {
  const Shape x = node.operand(0).shape();
  int best = axes[0];
  for (const int axis : axes) {
    const double scale = static_cast<double>(op.sizes[axis]) / static_cast<double>(x[axis]);
    const double least = static_cast<double>(op.sizes[best]) / static_cast<double>(x[best]);
    if (larger ? scale > least : scale < least)
      best = axis;
  }
  const int64_t numerator = op.sizes[best], denominator = x[best];
  op.scale_numerators = op.scale_denominators = Shape::filled(x.rank(), 1);
  for (const int axis : axes) {
    const auto twice = static_cast<__int128>(2) * x[axis] * numerator + denominator;
    op.sizes[axis] = static_cast<int64_t>(twice / (2 * static_cast<__int128>(denominator)));
    op.scale_numerators[axis] = numerator;
    op.scale_denominators[axis] = denominator;
  }
}

void read_sizes(Node& node, ops::Resize& op, const std::vector<int>& axes) {
  const std::vector<int64_t> sizes = node.known_integers(3, "the sizes");
  op.sizes = node.shape_of(for_all_dimensions<int64_t>(node, sizes, axes, 0, "sizes"), "sizes");
  const std::string policy = node.text("keep_aspect_ratio_policy", "stretch");
  if (policy == "not_larger" || policy == "not_smaller")
    keep_aspect(node, op, axes, policy == "not_smaller");
  else if (policy != "stretch")
    node.fail("keep_aspect_ratio_policy is unknown", "stretch, not_larger or not_smaller", policy);
}

Data resize(Node& node) {
  ops::Resize op;
  if (node.operand(0).shape().elements() == 0 || node.operand(0).shape().empty())
    node.fail("its input has no dimensions or no elements");
  const std::vector<int> axes = axes_of(node);
  read_name(node, "mode", "nearest", op.mode);
  read_name(node, "coordinate_transformation_mode", "half_pixel", op.coordinates);
  read_name(node, "nearest_mode", "round_prefer_floor", op.rounding);
  op.cubic_coeff_a = node.number("cubic_coeff_a", -0.75);
  op.exclude_outside = node.flag("exclude_outside", false);
  op.antialias = node.flag("antialias", false);
  op.extrapolation_value = node.number("extrapolation_value", 0);
  if (const Floats scales = known_floats(node, 2, "the scales"); !scales.empty())
    op.set_scales(for_all_dimensions<float>(node, scales, axes, 1, "scales"));
  else if (node.has(3))
    read_sizes(node, op, axes);
  else
    node.fail("it has neither scales nor sizes");
  node.text("keep_aspect_ratio_policy", "stretch");
  const Floats roi = known_floats(node, 1, "the region");
  if (op.coordinates == ResizeCoordinates::tf_crop_and_resize) {
    if (roi.size() != 2 * axes.size())
      node.fail("roi has the wrong number of entries", std::to_string(2 * axes.size()),
                std::to_string(roi.size()));
    const auto middle = roi.begin() + static_cast<std::ptrdiff_t>(axes.size());
    op.set_crop(for_all_dimensions<float>(node, Floats(roi.begin(), middle), axes, 0, "roi"),
                for_all_dimensions<float>(node, Floats(middle, roi.end()), axes, 1, "roi"));
  }
  return node.apply(op, {node.operand(0)});
}

// Resize in version 10 and Upsample: scales alone, result / scale rounded down.
Data resize_by_scales(Node& node) {
  ops::Resize op;
  read_name(node, "mode", "nearest", op.mode);
  op.coordinates = ResizeCoordinates::asymmetric;
  op.rounding = ResizeRounding::floor;
  Floats scales;
  if (node.has_attribute("scales"))
    for (const double scale : node.numbers("scales"))
      scales.push_back(static_cast<float>(scale));
  else
    scales = known_floats(node, 1, "the scales");
  op.set_scales(for_all_dimensions<float>(node, scales, axes_of(node), 1, "scales"));
  return node.apply(op, {node.operand(0)});
}

// Version 20 calls `linear` what was `bilinear`. Of the cubic mode there is no op.
Data grid_sample(Node& node) {
  ops::GridSample op;
  const std::string mode = node.text("mode", node.opset() < 20 ? "bilinear" : "linear");
  if (!parse(mode == "bilinear" ? "linear" : mode, op.mode))
    node.fail("mode is not supported", "linear or nearest", mode);
  read_name(node, "padding_mode", "zeros", op.padding);
  op.align_corners = node.flag("align_corners", false);
  return node.apply(op, {node.operand(0), node.operand(1)});
}

} // namespace

std::span<const Rule> resize_rules() {
  static constexpr Rule rules[] = {
      {"GridSample", 16, grid_sample},
      {"Resize", 10, resize_by_scales},
      {"Resize", 11, resize},
      {"Upsample", 7, resize_by_scales},
  };
  return rules;
}

} // namespace fovea::import
