#include "mutate.hpp"

#include <array>
#include <cctype>
#include <string_view>

namespace fovea::testing {
namespace {

struct Span {
  size_t begin = 0, size = 0;
};

// Not std::uniform_int_distribution, whose numbers differ from library to library.
size_t below(size_t count, std::mt19937_64& engine) {
  return count ? engine() % count : 0;
}

bool is_word(char letter) {
  return std::isalnum(static_cast<unsigned char>(letter)) || letter == '_' || letter == '.';
}

// Words, numbers and single signs; or whole lines.
std::vector<Span> pieces(const std::string& text, bool lines) {
  std::vector<Span> list;
  for (size_t begin = 0; begin < text.size();) {
    size_t end = begin + 1;
    if (lines)
      end = std::min(text.find('\n', begin), text.size() - 1) + 1;
    else
      while (is_word(text[begin]) && end < text.size() && is_word(text[end]))
        ++end;
    if (lines || !std::isspace(static_cast<unsigned char>(text[begin])))
      list.push_back({begin, end - begin});
    begin = end;
  }
  return list;
}

Span random_piece(const std::string& text, bool lines, std::mt19937_64& engine) {
  const std::vector<Span> list = pieces(text, lines);
  return list.empty() ? Span{} : list[below(list.size(), engine)];
}

void flip_byte(std::string& text, std::mt19937_64& engine) {
  char& byte = text[below(text.size(), engine)];
  byte = static_cast<char>(byte ^ (1 << below(8, engine)));
}

void change_range(std::string& text, std::mt19937_64& engine) {
  const size_t begin = below(text.size(), engine), size = 1 + below(40, engine);
  const std::string part = text.substr(begin, size);
  if (below(2, engine))
    text.erase(begin, size);
  else
    text.insert(below(text.size(), engine), part);
}

// A piece deleted, doubled, moved, or in another's place.
void change_piece(std::string& text, const std::string& other, bool lines,
                  std::mt19937_64& engine) {
  const Span from = random_piece(text, lines, engine), to = random_piece(text, lines, engine);
  const Span taken = random_piece(other, lines, engine);
  const std::string part = text.substr(from.begin, from.size);
  switch (below(4, engine)) {
  case 0:
    text.erase(from.begin, from.size);
    break;
  case 1:
    text.insert(to.begin, part + (lines ? "" : " "));
    break;
  case 2:
    text.replace(to.begin, to.size, part);
    break;
  default:
    text.replace(to.begin, to.size, other, taken.begin, taken.size);
  }
}

bool is_digit(char letter) {
  return letter >= '0' && letter <= '9';
}

// Digits, but not those of f32 and conv1.
std::vector<Span> numbers(const std::string& text) {
  std::vector<Span> list;
  for (size_t begin = 0; begin < text.size(); ++begin) {
    if (!is_digit(text[begin]))
      continue;
    size_t end = begin;
    while (end < text.size() && is_digit(text[end]))
      ++end;
    if (begin == 0 || !is_word(text[begin - 1]) || text[begin - 1] == 'x')
      list.push_back({begin, end - begin});
    begin = end;
  }
  return list;
}

// Another number of the text, or an extreme one: both mostly pass the parser, and meet what checks.
void change_number(std::string& text, std::mt19937_64& engine) {
  static constexpr std::array<std::string_view, 13> extremes = {"0",
                                                                "-1",
                                                                "1",
                                                                "7",
                                                                "4096",
                                                                "2147483648",
                                                                "4294967296",
                                                                "4611686018427387904",
                                                                "9223372036854775807",
                                                                "-9223372036854775808",
                                                                "18446744073709551616",
                                                                "1.0e+309",
                                                                "99999999999999999999999999999"};
  const std::vector<Span> list = numbers(text);
  if (list.empty())
    return;
  const Span number = list[below(list.size(), engine)], other = list[below(list.size(), engine)];
  const bool extreme = below(2, engine);
  text.replace(number.begin, number.size,
               extreme ? std::string(extremes[below(extremes.size(), engine)])
                       : text.substr(other.begin, other.size));
}

} // namespace

std::string mutate(std::string text, const std::vector<std::string>& others,
                   std::mt19937_64& engine) {
  const size_t changes = 1 + below(2, engine) * below(4, engine);
  for (size_t change = 0; change < changes && !text.empty(); ++change) {
    const std::string& other = others[below(others.size(), engine)];
    switch (below(8, engine)) {
    case 0:
      flip_byte(text, engine);
      break;
    case 1:
      change_range(text, engine);
      break;
    case 2:
    case 3:
      change_piece(text, other, /*lines=*/true, engine);
      break;
    case 4:
    case 5:
      change_piece(text, other, /*lines=*/false, engine);
      break;
    default: // most lead past the grammar, to what comes after it
      change_number(text, engine);
    }
  }
  return text;
}

} // namespace fovea::testing
