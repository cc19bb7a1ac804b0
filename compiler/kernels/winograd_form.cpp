#include "compiler/kernels/winograd_form.hpp"

#include "compiler/kernels/blocked_columns.hpp"
#include "compiler/kernels/indices.hpp"

#include <fovea/catalogue/integers.hpp>

#include <algorithm>

namespace fovea::kernels {
namespace {

using catalogue::ceiling_quotient;

constexpr int64_t most_points = 8;

bool has_constant_fill(const Subscript& subscript) {
  return !subscript.fill || subscript.fill->kind == Node::Kind::constant;
}

// Every dimension of the image is the channel, one row of its own, or fixed.
bool is_regular(const Definition& definition, const Contraction& contraction, int channel_axis) {
  const Node& image = *factors_of(definition, contraction).image;
  std::vector<int> rows;
  for (int d = 0; d < static_cast<int>(image.subscripts.size()); ++d) {
    const Subscript& subscript = image.subscripts[static_cast<size_t>(d)];
    if (const Contraction::Window* window = window_at(contraction, d)) {
      if (window->row < 0 || !has_constant_fill(subscript))
        return false;
      rows.push_back(window->row);
      continue;
    }
    if (subscript.boundary != Boundary::none)
      return false;
    if (d != channel_axis && !subscript.index.is_constant())
      rows.push_back(subscript.index.terms[0].index);
  }
  std::sort(rows.begin(), rows.end());
  std::vector<int> wanted = contraction.rows;
  std::sort(wanted.begin(), wanted.end());
  return rows == wanted;
}

} // namespace

const Equation& sum_of(const Definition& definition, const WinogradForm& form) {
  return definition.equations[static_cast<size_t>(form.contraction.equation)];
}

int64_t WinogradExtents::macs(const WinogradForm& form) const {
  int64_t count = points * columns * channels * form.block * form.block;
  for (const int64_t extent : tiles)
    count *= extent;
  return count;
}

WinogradExtents winograd_extents(const Definition& definition, const WinogradForm& form) {
  const Equation& sum = sum_of(definition, form);
  WinogradExtents extents;
  extents.columns = ceiling_quotient(extent_of(sum, form.contraction.columns[0]), form.block);
  extents.channels = ceiling_quotient(extent_of(sum, form.channel), form.block);
  for (const int row : form.contraction.rows)
    extents.tiles.push_back(extent_of(sum, row));
  for (const WinogradAxis& axis : form.axes) {
    extents.points *= axis.size();
    int64_t& row = extents.tiles[static_cast<size_t>(axis.row)];
    row = ceiling_quotient(row, axis.tile);
  }
  return extents;
}

const Contraction::Window* window_at(const Contraction& contraction, int axis) {
  for (const Contraction::Window& window : contraction.windows)
    if (window.axis == axis)
      return &window;
  return nullptr;
}

std::optional<WinogradForm> winograd_form(const catalogue::Problem& problem, int64_t tile) {
  if (!has_blocked_columns(problem))
    return std::nullopt;
  const Definition& definition = problem.definition;
  WinogradForm form{*contraction_with_epilogue(definition), {}, 0, problem.target.lanes(4)};
  const Contraction& contraction = form.contraction;
  const int channel_axis = kernels::channel_axis(definition, contraction);
  if (!contraction.groups.empty() || contraction.channels.size() != 1 || channel_axis < 0 ||
      !is_regular(definition, contraction, channel_axis))
    return std::nullopt;
  form.channel = contraction.channels[0];
  const Equation& sum = sum_of(definition, form);
  if (extent_of(sum, form.channel) < 1)
    return std::nullopt;
  std::vector<int> terms{form.channel};
  for (const Contraction::Window& window : contraction.windows) {
    const int64_t taps = window.term < 0 ? 1 : extent_of(sum, window.term);
    if (window.stride != 1 || (taps > 1 && window.dilation != 1))
      return std::nullopt;
    if (window.term >= 0)
      terms.push_back(window.term);
    if (taps == 1)
      continue;
    if ((taps != 3 && taps != 5 && taps != 7) || tile + taps - 1 > most_points)
      return std::nullopt;
    const auto row = std::find(contraction.rows.begin(), contraction.rows.end(), window.row);
    form.axes.push_back(
        {static_cast<int>(row - contraction.rows.begin()), window.term, tile, taps});
  }
  std::sort(terms.begin(), terms.end());
  const bool distinct = std::adjacent_find(terms.begin(), terms.end()) == terms.end();
  if (form.axes.empty() || form.axes.size() > 2 || !distinct || terms.size() != sum.reduced.size())
    return std::nullopt;
  std::sort(form.axes.begin(), form.axes.end(),
            [](const WinogradAxis& a, const WinogradAxis& b) { return a.row < b.row; });
  return form;
}

} // namespace fovea::kernels
