#include "compiler/driver/error_bytes.hpp"

#include <fovea/kept_name.hpp>

#include <charconv>

namespace fovea::driver {
namespace {

constexpr size_t longest = 64 << 10;
constexpr std::string ErrorParts::*texts[] = {&ErrorParts::what, &ErrorParts::expected,
                                              &ErrorParts::got,  &ErrorParts::detail,
                                              &ErrorParts::hint, &ErrorParts::trail};

// "5:Hello"
void add(std::string& bytes, std::string_view text) {
  text = text.substr(0, longest);
  bytes += std::to_string(text.size()) + ":";
  bytes += text;
}

template <class Number>
bool take_number(std::string_view& bytes, Number& number) {
  const auto [end, error] = std::from_chars(bytes.data(), bytes.data() + bytes.size(), number);
  if (error != std::errc() || end == bytes.data() + bytes.size() || *end != ':')
    return false;
  bytes.remove_prefix(static_cast<size_t>(end - bytes.data()) + 1);
  return true;
}

bool take(std::string_view& bytes, std::string& text) {
  size_t size = 0;
  if (!take_number(bytes, size) || size > bytes.size())
    return false;
  text = bytes.substr(0, size);
  bytes.remove_prefix(size);
  return true;
}

} // namespace

std::string to_bytes(const ErrorParts& parts) {
  std::string bytes;
  for (std::string ErrorParts::*text : texts)
    add(bytes, parts.*text);
  add(bytes, parts.where.file);
  return bytes + std::to_string(parts.where.line) + ":" + std::to_string(parts.where.column) + ":";
}

std::optional<ErrorParts> error_from_bytes(std::string_view bytes) {
  ErrorParts parts;
  for (std::string ErrorParts::*text : texts)
    if (!take(bytes, parts.*text))
      return std::nullopt;
  std::string file;
  if (!take(bytes, file) || !take_number(bytes, parts.where.line) ||
      !take_number(bytes, parts.where.column) || !bytes.empty())
    return std::nullopt;
  parts.where.file = kept_name(file);
  return parts;
}

} // namespace fovea::driver
