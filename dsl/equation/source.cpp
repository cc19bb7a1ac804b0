#include "dsl/equation/syntax.hpp"

#include <fovea/kept_name.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace fovea::text {
namespace {

constexpr size_t widest = 100; // characters shown of a line

bool continues(char c) { // a byte of a UTF-8 character after its first
  return (static_cast<unsigned char>(c) & 0xC0) == 0x80;
}

// The characters of a line; bytes that are no UTF-8 count one each.
std::vector<std::string> characters_of(std::string_view line) {
  std::vector<std::string> characters;
  for (size_t k = 0; k < line.size();) {
    size_t end = k + 1;
    const auto first = static_cast<unsigned char>(line[k]);
    const size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : first >= 0xC0 ? 2 : 1;
    while (end < line.size() && end - k < length && continues(line[end]))
      ++end;
    const bool whole = first < 0x80 || (first >= 0xC0 && end - k == length);
    const bool control = first < 0x20 || first == 0x7F;
    if (!whole)
      end = k + 1;
    characters.emplace_back(!whole || control ? std::string(first == '\t' ? " " : "?")
                                              : std::string(line.substr(k, end - k)));
    k = end;
  }
  return characters;
}

} // namespace

Source::Source(std::string text, std::string_view file)
    : text_(std::move(text)), file_(file.empty() ? "equation" : kept_name(file)) {}

SourceLocation Source::location(size_t position) const {
  position = std::min(position, text_.size());
  const std::string_view before = std::string_view(text_).substr(0, position);
  const size_t start = before.rfind('\n') + 1; // npos + 1 = 0
  const auto line = static_cast<uint32_t>(std::count(before.begin(), before.end(), '\n') + 1);
  return {file_, line, static_cast<uint32_t>(characters_of(before.substr(start)).size() + 1)};
}

void Source::locate(size_t position, ErrorParts& parts) const {
  position = std::min(position, text_.size());
  parts.where = location(position);
  const size_t start = position == 0 ? 0 : text_.rfind('\n', position - 1) + 1;
  const std::string_view line(text_.data() + start,
                              std::min(text_.find('\n', position), text_.size()) - start);
  const std::vector<std::string> characters = characters_of(line);
  const size_t column = parts.where.column - 1;
  const size_t first = column > widest * 3 / 4 ? column - widest * 3 / 4 : 0;
  const size_t last = std::min(characters.size(), first + widest);
  std::string shown = first > 0 ? "..." : "";
  const std::string indent(shown.size() + column - first, ' ');
  for (size_t k = first; k < last; ++k)
    shown += characters[k];
  parts.trail = fmt::format("{}{}\n  {}^", shown, last < characters.size() ? "..." : "", indent);
}

void Source::fail(size_t position, ErrorParts parts) const {
  locate(position, parts);
  throw Error(std::move(parts));
}

} // namespace fovea::text
