#include <fovea/catalogue/layout.hpp>
#include <fovea/catalogue/problem.hpp>
#include <fovea/error.hpp>

#include <algorithm>
#include <charconv>

namespace fovea::catalogue {

TensorType stored_type(const TensorType& type, const Layout& layout) {
  if (layout.is_row_major())
    return type;
  TensorType stored = type;
  stored.shape[layout.axis] = (type.shape[layout.axis] + layout.block - 1) / layout.block;
  stored.shape.push_back(layout.block);
  return stored;
}

int64_t stored_offset(const Shape& shape, const Layout& layout, int64_t offset) {
  if (layout.is_row_major())
    return offset;
  int64_t inner = 1; // elements of one index of the axis
  for (int d = layout.axis + 1; d < shape.rank(); ++d)
    inner *= shape[d];
  const int64_t extent = shape[layout.axis];
  const int64_t blocks = (extent + layout.block - 1) / layout.block;
  const int64_t place = offset / inner % extent, outer = offset / inner / extent;
  return ((outer * blocks + place / layout.block) * inner + offset % inner) * layout.block +
         place % layout.block;
}

std::string to_string(const Layout& layout) {
  if (layout.is_row_major())
    return "row_major";
  return "blocked(" + std::to_string(layout.axis) + ", " + std::to_string(layout.block) + ")";
}

Layout parse_layout(std::string_view text) {
  if (text == "row_major")
    return Layout::row_major();
  Layout layout;
  const std::string_view begin = "blocked(", separator = ", ", end = ")";
  const auto take = [&](std::string_view prefix) {
    const bool has = text.starts_with(prefix);
    if (has)
      text.remove_prefix(prefix.size());
    return has;
  };
  const auto number = [&](auto& value) {
    const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    text.remove_prefix(static_cast<size_t>(rest - text.data()));
    return error == std::errc();
  };
  const std::string whole(text);
  if (take(begin) && number(layout.axis) && take(separator) && number(layout.block) && take(end) &&
      text.empty() && layout.axis >= 0 && layout.axis < max_rank - 1 && layout.block >= 1)
    return layout;
  throw Error({.what = "there is no such layout",
               .expected = "row_major, or blocked(AXIS, ELEMENTS)",
               .got = "'" + whole + "'"});
}

bool Forms::all_plain() const {
  return *this == Forms{};
}

bool Forms::operator==(const Forms& other) const {
  const auto longest = [](const auto& a, const auto& b) {
    return static_cast<int>(std::max(a.size(), b.size()));
  };
  for (int k = 0; k < longest(operands, other.operands); ++k)
    if (operand(k) != other.operand(k))
      return false;
  for (int k = 0; k < longest(results, other.results); ++k)
    if (result(k) != other.result(k))
      return false;
  for (int k = 0; k < longest(prepared, other.prepared); ++k)
    if (is_prepared(k) != other.is_prepared(k))
      return false;
  return true;
}

std::string to_string(const Forms& forms) {
  if (forms.all_plain())
    return "";
  std::string text = "operands(";
  const size_t operands = std::max(forms.operands.size(), forms.prepared.size());
  for (int k = 0; k < static_cast<int>(operands); ++k)
    text += (k ? ", " : "") +
            (forms.is_prepared(k) ? std::string("prepared") : to_string(forms.operand(k)));
  text += ") results(";
  for (int k = 0; k < static_cast<int>(forms.results.size()); ++k)
    text += (k ? ", " : "") + to_string(forms.result(k));
  return text + ")";
}

} // namespace fovea::catalogue
