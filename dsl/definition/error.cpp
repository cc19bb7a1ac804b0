#include <fovea/error.hpp>

#include <fmt/format.h>

namespace fovea {
namespace {

std::string location_prefix(const SourceLocation& where) {
  if (!where.known())
    return "";
  return where.column ? fmt::format("{}:{}:{}: ", where.file, where.line, where.column)
                      : fmt::format("{}:{}: ", where.file, where.line);
}

// "expected: padded extent >= 5, got 3   (input 1x16x3x3, padding valid)"; empty where all are.
std::string comparison(const ErrorParts& parts) {
  std::string line;
  if (!parts.expected.empty())
    line = "expected: " + parts.expected + (parts.got.empty() ? "" : ", got " + parts.got);
  else if (!parts.got.empty())
    line = "got: " + parts.got;
  if (!parts.detail.empty())
    line += (line.empty() ? "(" : "   (") + parts.detail + ")";
  return line;
}

std::string text_of(const ErrorParts& parts) {
  std::string text = location_prefix(parts.where) + "error: " + parts.what;
  const std::string hint = parts.hint.empty() ? "" : "hint: " + parts.hint;
  for (const std::string& line : {comparison(parts), hint, parts.trail})
    if (!line.empty())
      text += "\n  " + line;
  return text;
}

} // namespace

Error::Error(ErrorParts parts) : parts_(std::move(parts)), text_(text_of(parts_)) {}

} // namespace fovea
