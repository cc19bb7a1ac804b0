#include "compiler/command/table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace fovea::command {
namespace {

constexpr size_t most_columns = 100;
constexpr size_t gap = 2;
constexpr size_t narrowest = 8; // of a column that shrinks

// Columns on a terminal: bytes that begin a character.
size_t width_of(const std::string& text) {
  return static_cast<size_t>(
      std::ranges::count_if(text, [](char c) { return (c & 0xC0) != 0x80; }));
}

std::string cut(const std::string& text, size_t width) {
  if (width_of(text) <= width || width_of(text) != text.size())
    return text;
  const size_t front = (width - 1) / 2, back = width - front - 2;
  return text.substr(0, front) + ".." + text.substr(text.size() - back);
}

} // namespace

void Table::add(std::vector<std::string> cells) {
  cells.resize(columns_.size());
  rows_.push_back(std::move(cells));
}

void Table::rule() {
  rows_.emplace_back();
}

std::string Table::to_string() const {
  std::vector<size_t> widths;
  size_t total = 0;
  for (size_t k = 0; k < columns_.size(); ++k) {
    size_t width = width_of(columns_[k].title);
    for (const auto& row : rows_)
      if (!row.empty())
        width = std::max(width, width_of(row[k]));
    widths.push_back(width);
    total += width + (k ? gap : 0);
  }
  // The widest gives way first.
  while (total > most_columns) {
    size_t widest = columns_.size();
    for (size_t k = 0; k < columns_.size(); ++k)
      if (columns_[k].shrinks && widths[k] > narrowest &&
          (widest == columns_.size() || widths[k] > widths[widest]))
        widest = k;
    if (widest == columns_.size())
      break;
    --widths[widest];
    --total;
  }

  std::string text;
  const auto line = [&](const auto& cell) {
    std::string row;
    for (size_t k = 0; k < columns_.size(); ++k) {
      const std::string value = cut(cell(k), widths[k]);
      const std::string fill(widths[k] - std::min(widths[k], width_of(value)), ' ');
      row += (k ? std::string(gap, ' ') : "") +
             (columns_[k].align == Align::right ? fill + value : value + fill);
    }
    row.erase(row.find_last_not_of(' ') + 1);
    text += row + "\n";
  };
  const std::string across = std::string(total, '-') + "\n";
  line([&](size_t k) { return columns_[k].title; });
  text += across;
  for (const auto& row : rows_)
    if (row.empty())
      text += across;
    else
      line([&](size_t k) { return row[k]; });
  return text;
}

std::string joined(const std::vector<std::string>& words) {
  return fmt::format("{}", fmt::join(words, ", "));
}

std::string with_commas(int64_t number) {
  std::string digits = std::to_string(number);
  const size_t first = digits.starts_with('-') ? 1 : 0;
  for (size_t k = digits.size(); k > first + 3; k -= 3)
    digits.insert(k - 3, ",");
  return digits;
}

std::string human_bytes(int64_t bytes) {
  if (bytes < 1024)
    return fmt::format("{} B", bytes);
  double value = static_cast<double>(bytes);
  const char* unit = "";
  for (const char* next : {"KB", "MB", "GB", "TB"}) {
    value /= 1024;
    unit = next;
    if (value < 1000)
      break;
  }
  return fmt::format("{:.{}f} {}", value, value < 10 ? 2 : value < 100 ? 1 : 0, unit);
}

std::string human_seconds(double seconds) {
  const auto scaled = [](double value, const char* unit) {
    return fmt::format("{:.{}f} {}", value, value < 10 ? 2 : value < 100 ? 1 : 0, unit);
  };
  if (seconds < 1e-3)
    return scaled(seconds * 1e6, "us");
  return seconds < 1 ? scaled(seconds * 1e3, "ms") : scaled(seconds, "s");
}

} // namespace fovea::command
