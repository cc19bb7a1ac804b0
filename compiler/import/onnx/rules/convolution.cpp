#include "compiler/import/onnx/rules.hpp"

#include <fovea/ops/arg_max_pool.hpp>
#include <fovea/ops/avg_pool.hpp>
#include <fovea/ops/col2im.hpp>
#include <fovea/ops/conv.hpp>
#include <fovea/ops/conv_transpose.hpp>
#include <fovea/ops/deform_conv.hpp>
#include <fovea/ops/global_avg_pool.hpp>
#include <fovea/ops/global_lp_pool.hpp>
#include <fovea/ops/global_max_pool.hpp>
#include <fovea/ops/lp_pool.hpp>
#include <fovea/ops/max_pool.hpp>
#include <fovea/ops/modulated_deform_conv.hpp>

#include <algorithm>

// Windows over spatial dimensions.
namespace fovea::import {
namespace {

constexpr int64_t largest_step = int64_t{1} << 31; // so that products of two fit

// Elements in front and behind in one dimension, for `auto_pad` SAME_LOWER: as many as SAME_UPPER,
// the odd one in front.
void pad_lower(Window& window, const Shape& space) {
  window.padding = PaddingMode::explicitly;
  for (int d = 0; d < space.rank(); ++d) {
    const int64_t stride = entry(window.stride, d, 1);
    const int64_t outputs = (space[d] + stride - 1) / stride;
    const int64_t reach = (entry(window.kernel, d, 1) - 1) * entry(window.dilation, d, 1) + 1;
    const int64_t all = std::max<int64_t>((outputs - 1) * stride + reach - space[d], 0);
    window.pad_begin.push_back(all - all / 2);
    window.pad_end.push_back(all / 2);
  }
}

void read_padding(Node& node, Window& window, const Shape& space) {
  const std::string mode = node.text("auto_pad", "NOTSET");
  const std::vector<int64_t> pads = node.integers("pads");
  const size_t rank = static_cast<size_t>(space.rank());
  if (mode == "VALID")
    return;
  if (mode == "SAME_UPPER") {
    window.padding = PaddingMode::same;
  } else if (mode == "SAME_LOWER") {
    pad_lower(window, space);
  } else if (mode != "NOTSET") {
    node.fail("auto_pad is unknown", "NOTSET, SAME_UPPER, SAME_LOWER or VALID", mode);
  } else if (!pads.empty()) {
    if (pads.size() != 2 * rank)
      node.fail("pads has the wrong number of entries", std::to_string(2 * rank),
                std::to_string(pads.size()));
    window.padding = PaddingMode::explicitly;
    window.pad_begin = Shape(std::vector<int64_t>(pads.begin(), pads.begin() + space.rank()));
    window.pad_end = Shape(std::vector<int64_t>(pads.begin() + space.rank(), pads.end()));
  }
}

// Strides, dilations and padding over an input [batch, channels, space...].
void read_window(Node& node, Window& window, const Shape& input, const Shape& kernel) {
  const int spatial = input.rank() - 2;
  if (spatial < 1 || spatial > 3)
    node.fail("its input has another rank than images have", "3, 4 or 5",
              std::to_string(input.rank()));
  const auto per_dimension = [&](const char* name) {
    const Shape list = node.shape_of(node.integers(name), name);
    if (!list.empty() && list.rank() != spatial)
      node.fail(std::string(name) + " has the wrong number of entries", std::to_string(spatial),
                std::to_string(list.rank()));
    for (const int64_t entry : list)
      if (entry < 1 || entry > largest_step)
        node.fail(std::string(name) + " has an entry out of range",
                  "1 to " + std::to_string(largest_step), std::to_string(entry));
    return list.empty() ? Shape::filled(spatial, 1) : list;
  };
  if (kernel.rank() != spatial)
    node.fail("the kernel has the wrong number of dimensions", std::to_string(spatial),
              std::to_string(kernel.rank()));
  for (const int64_t extent : kernel)
    if (extent < 1 || extent > largest_step)
      node.fail("the kernel has an extent out of range", "1 to " + std::to_string(largest_step),
                std::to_string(extent));
  window.kernel = kernel;
  window.stride = per_dimension("strides");
  window.dilation = per_dimension("dilations");
  read_padding(node, window, input.slice(2, input.rank()));
}

// What the weight's shape says, and the attribute has to say, too.
Shape kernel_of(Node& node) {
  const Shape weight = node.operand(1).shape();
  if (weight.rank() < 3)
    node.fail("the weight is no kernel", "two dimensions of channels, then the kernel's",
              to_string(weight));
  const Shape kernel = weight.slice(2, weight.rank());
  const Shape stated = node.shape_of(node.integers("kernel_shape"), "kernel_shape");
  if (!stated.empty() && !(stated == kernel))
    node.fail("kernel_shape is not the weight's", to_string(kernel), to_string(stated));
  return kernel;
}

Data with_weights(Node& node) {
  Data operands{node.operand(0), node.operand(1)};
  if (node.has(2))
    operands.push_back(node.operand(2));
  return operands;
}

Data conv(Node& node) {
  ops::Conv op;
  const Shape kernel = kernel_of(node);
  op.filters = node.operand(1).shape()[0];
  op.groups = node.integer("group", 1);
  op.bias = node.has(2);
  read_window(node, op, node.operand(0).shape(), kernel);
  return node.apply(op, with_weights(node));
}

// ONNX's operands are X, W, offset, B, mask.
template <class Op>
Data deform_conv_of(Node& node) {
  Op op;
  const Shape kernel = kernel_of(node);
  op.filters = node.operand(1).shape()[0];
  op.groups = node.integer("group", 1);
  op.offset_groups = node.integer("offset_group", 1);
  op.bias = node.has(3);
  read_window(node, op, node.operand(0).shape(), kernel);
  Data operands{node.operand(0), node.operand(2)};
  if (Op::modulation == ops::Modulation::mask)
    operands.push_back(node.operand(4));
  operands.push_back(node.operand(1));
  if (op.bias)
    operands.push_back(node.operand(3));
  return node.apply(op, operands);
}

Data deform_conv(Node& node) {
  return node.has(4) ? deform_conv_of<ops::ModulatedDeformConv>(node)
                     : deform_conv_of<ops::DeformConv>(node);
}

Data col2im(Node& node) {
  ops::Col2im op;
  op.space = node.shape_of(node.known_integers(1, "the image's shape"), "image_shape");
  const Shape kernel = node.shape_of(node.known_integers(2, "the block's shape"), "block_shape");
  read_window(node, op, Shape{1, 1} + op.space, kernel);
  return node.apply(op, {node.operand(0)});
}

// Padding that gives the result this shape: of an odd number the larger part is behind with
// SAME_UPPER, else in front.
void pad_for_result(Node& node, ops::ConvTranspose& op, const Shape& input, const Shape& result,
                    bool upper) {
  if (result.rank() != input.rank() - 2)
    node.fail("output_shape has the wrong number of entries", std::to_string(input.rank() - 2),
              std::to_string(result.rank()));
  op.padding = PaddingMode::explicitly;
  op.pad_begin = op.pad_end = Shape();
  for (int d = 0; d < result.rank(); ++d) {
    if (result[d] < 1 || std::max(input[d + 2], result[d]) > largest_step)
      node.fail("output_shape has an entry out of range", "1 to " + std::to_string(largest_step),
                std::to_string(result[d]));
    const int64_t whole = entry(op.stride, d, 1) * (input[d + 2] - 1) +
                          entry(op.dilation, d, 1) * (entry(op.kernel, d, 1) - 1) + 1 +
                          op.output_padding[d];
    const int64_t all = std::max<int64_t>(whole - result[d], 0);
    op.output_padding[d] += std::max<int64_t>(result[d] - whole, 0); // what no step reaches
    op.pad_begin.push_back(upper ? all / 2 : all - all / 2);
    op.pad_end.push_back(upper ? all - all / 2 : all / 2);
  }
}

Data conv_transpose(Node& node) {
  ops::ConvTranspose op;
  const Shape input = node.operand(0).shape(), kernel = kernel_of(node);
  op.groups = node.integer("group", 1);
  op.filters = node.operand(1).shape()[1] * op.groups;
  op.bias = node.has(2);
  read_window(node, op, input, kernel);
  const Shape more = node.shape_of(node.integers("output_padding"), "output_padding");
  op.output_padding = more.empty() ? Shape::filled(kernel.rank(), 0) : more;
  if (op.output_padding.rank() != kernel.rank())
    node.fail("output_padding has the wrong number of entries", std::to_string(kernel.rank()),
              std::to_string(more.rank()));
  for (const int64_t entry : op.output_padding)
    if (entry < 0 || entry > largest_step)
      node.fail("output_padding has an entry out of range", "0 to " + std::to_string(largest_step),
                std::to_string(entry));
  Shape result = node.shape_of(node.integers("output_shape"), "output_shape");
  const std::string mode = node.text("auto_pad", "NOTSET");
  if (result.empty() && mode.starts_with("SAME"))
    for (int d = 0; d < kernel.rank(); ++d)
      result.push_back(input[d + 2] * op.stride[d]);
  if (!result.empty())
    pad_for_result(node, op, input, result, mode == "SAME_UPPER");
  return node.apply(op, with_weights(node));
}

template <class Op>
Op pool(Node& node) {
  Op op;
  const Shape kernel = node.shape_of(node.integers("kernel_shape"), "kernel_shape");
  read_window(node, op, node.operand(0).shape(), kernel);
  op.ceil_mode = node.flag("ceil_mode", false);
  return op;
}

// The second result says where in the input the maxima stand.
Data max_pool(Node& node) {
  const auto op = pool<ops::MaxPool>(node);
  ops::ArgMaxPool places;
  static_cast<Window&>(places) = op;
  places.column_major = node.flag("storage_order", false);
  Data results = node.apply(op, {node.operand(0)});
  if (node.wants(1))
    results.push_back(node.value(places, {node.operand(0)}));
  return results;
}

Data average_pool(Node& node) {
  auto op = pool<ops::AvgPool>(node);
  op.count_include_pad = node.flag("count_include_pad", false);
  return node.apply(op, {node.operand(0)});
}

Data lp_pool(Node& node) {
  auto op = pool<ops::LpPool>(node);
  op.p = node.integer("p", 2);
  return node.apply(op, {node.operand(0)});
}

} // namespace

std::span<const Rule> convolution_rules() {
  static constexpr Rule rules[] = {
      {"AveragePool", 1, average_pool},
      {"Col2Im", 18, col2im},
      {"Conv", 1, conv},
      {"ConvTranspose", 1, conv_transpose},
      {"DeformConv", 19, deform_conv},
      {"GlobalAveragePool", 1, plain<ops::GlobalAvgPool>},
      {"GlobalLpPool", 2, plain<ops::GlobalLpPool>},
      {"GlobalMaxPool", 1, plain<ops::GlobalMaxPool>},
      {"LpPool", 2, lp_pool},
      {"MaxPool", 1, max_pool},
  };
  return rules;
}

} // namespace fovea::import
