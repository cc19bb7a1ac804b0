#include <fovea/warning.hpp>

#include <fmt/format.h>

namespace fovea {

std::string to_string(const Warning& warning) {
  std::string text;
  if (warning.where.known())
    text = fmt::format("{}:{}:", warning.where.file, warning.where.line) +
           (warning.where.column ? fmt::format("{}: ", warning.where.column) : " ");
  text += "warning: " + warning.what;
  if (!warning.hint.empty())
    text += "\n  hint: " + warning.hint;
  return text;
}

} // namespace fovea
