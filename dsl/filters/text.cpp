// Chains of filters as text.
#include "dsl/filters/plane.hpp"

#include <fovea/error.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <span>

namespace fovea::filters {
namespace {

// What stands between the brackets.
struct Arguments {
  std::span<const double> numbers;
  Border border;
  SourceLocation location;

  double real(size_t k, double otherwise = 0) const {
    return k < numbers.size() ? numbers[k] : otherwise;
  }
  int64_t integer(size_t k, int64_t otherwise = 0) const {
    const double number = real(k, static_cast<double>(otherwise));
    constexpr double largest = 1e15;
    if (number != std::trunc(number) || std::abs(number) > largest)
      throw Error({.what = "filter: a parameter is no integer",
                   .where = location,
                   .expected = "an integer",
                   .got = fmt::format("{}", number)});
    return static_cast<int64_t>(number);
  }
  Size size() const { return {integer(0, 3), integer(1, integer(0, 3))}; }
};

struct Entry {
  std::string_view name, parameters; // numbers, those in square brackets may be left out
  size_t least, most;                // how many
  Filter (*make)(const Arguments& given);
};

using A = Arguments;
const Entry entries[] = {
    {"mean", "[height, width]", 0, 2,
     [](const A& a) { return mean(a.size(), a.border, a.location); }},
    {"box", "[height, width]", 0, 2,
     [](const A& a) { return box(a.size(), true, a.border, a.location); }},
    {"trapezoidal", "[size, ramp]", 0, 2,
     [](const A& a) {
       return trapezoidal(a.integer(0, 5), a.integer(1, 1), a.border, a.location);
     }},
    {"gaussian3x3", "", 0, 0, [](const A& a) { return gaussian3x3(a.border, a.location); }},
    {"gaussian5x5", "", 0, 0, [](const A& a) { return gaussian5x5(a.border, a.location); }},
    {"gaussian", "sigma[, radius]", 1, 2,
     [](const A& a) {
       return a.numbers.size() == 1 ? gaussian(a.real(0), a.border, a.location)
                                    : gaussian(a.real(0), a.integer(1), a.border, a.location);
     }},
    {"median", "[size]", 0, 1,
     [](const A& a) { return median(a.integer(0, 3), a.border, a.location); }},
    {"bilateral", "sigma_space, sigma_range[, radius]", 2, 3,
     [](const A& a) {
       return a.numbers.size() == 2
                  ? bilateral(a.real(0), a.real(1), a.border, a.location)
                  : bilateral(a.real(0), a.real(1), a.integer(2), a.border, a.location);
     }},
    {"sobel", "", 0, 0, [](const A& a) { return sobel(a.border, a.location).magnitude(); }},
    {"sobel.x", "", 0, 0, [](const A& a) { return sobel(a.border, a.location).x(); }},
    {"sobel.y", "", 0, 0, [](const A& a) { return sobel(a.border, a.location).y(); }},
    {"prewitt", "", 0, 0, [](const A& a) { return prewitt(a.border, a.location).magnitude(); }},
    {"prewitt.x", "", 0, 0, [](const A& a) { return prewitt(a.border, a.location).x(); }},
    {"prewitt.y", "", 0, 0, [](const A& a) { return prewitt(a.border, a.location).y(); }},
    {"scharr", "", 0, 0, [](const A& a) { return scharr(a.border, a.location).magnitude(); }},
    {"scharr.x", "", 0, 0, [](const A& a) { return scharr(a.border, a.location).x(); }},
    {"scharr.y", "", 0, 0, [](const A& a) { return scharr(a.border, a.location).y(); }},
    {"first_derivative", "", 0, 0,
     [](const A& a) { return first_derivative(a.border, a.location).magnitude(); }},
    {"first_derivative.x", "", 0, 0,
     [](const A& a) { return first_derivative(a.border, a.location).x(); }},
    {"first_derivative.y", "", 0, 0,
     [](const A& a) { return first_derivative(a.border, a.location).y(); }},
    {"second_derivative.x", "", 0, 0,
     [](const A& a) { return second_derivative(a.border, a.location).x(); }},
    {"second_derivative.y", "", 0, 0,
     [](const A& a) { return second_derivative(a.border, a.location).y(); }},
    {"edge", "[neighbours]", 0, 1,
     [](const A& a) {
       const int64_t neighbours = std::clamp<int64_t>(a.integer(0, 8), -1, 9); // others are refused
       return edge(static_cast<int>(neighbours), a.border, a.location);
     }},
    {"laplacian", "", 0, 0, [](const A& a) { return laplacian(a.border, a.location); }},
    {"laplacian_of_gaussian", "sigma", 1, 1,
     [](const A& a) { return laplacian_of_gaussian(a.real(0), a.border, a.location); }},
    {"sharpen", "", 0, 0, [](const A& a) { return sharpen(a.border, a.location); }},
    {"unsharp_mask", "sigma[, amount]", 1, 2,
     [](const A& a) { return unsharp_mask(a.real(0), a.real(1, 1), a.border, a.location); }},
    {"unsharp_mask5x5", "[amount]", 0, 1,
     [](const A& a) { return unsharp_mask5x5(a.real(0, 1), a.border, a.location); }},
    {"emboss", "", 0, 0, [](const A& a) { return emboss(a.border, a.location); }},
};

std::string names() {
  std::string list;
  for (const Entry& entry : entries)
    list += fmt::format("{}{}", list.empty() ? "" : ", ", entry.name);
  return list;
}

class Reader {
 public:
  Reader(std::string_view text, SourceLocation location)
      : text_(text), rest_(text), location_(location) {}

  Block chain() {
    Block block;
    do
      block |= one();
    while (skips('|'));
    if (!rest_.empty())
      fail("something follows a filter", "`|` and another filter, or nothing");
    return block;
  }

 private:
  Filter one() {
    const std::string_view name = word();
    const auto* const entry = std::ranges::find(entries, name, &Entry::name);
    if (entry == std::end(entries))
      throw Error({.what = fmt::format("filter '{}' is not known", name),
                   .where = location_,
                   .expected = "one of " + names()});
    std::vector<double> numbers;
    Border border;
    if (skips('(') && !skips(')')) {
      bool ends = false; // with a border, which is last
      do
        ends = !number(numbers) && (border = rule(), true);
      while (!ends && skips(','));
      if (!skips(')'))
        fail("brackets are not closed", "`)`");
    }
    if (numbers.size() < entry->least || numbers.size() > entry->most)
      throw Error({.what = fmt::format("filter '{}': too many or too few parameters", name),
                   .where = location_,
                   .expected = fmt::format("{}({})", name, entry->parameters),
                   .got = std::to_string(numbers.size())});
    return entry->make({numbers, border, location_});
  }

  Border rule() {
    const std::string_view name = word();
    if (name == "zero")
      return border::zero;
    if (name == "clamp")
      return border::clamp;
    if (name == "reflect")
      return border::reflect;
    if (name == "wrap")
      return border::wrap;
    std::vector<double> value;
    if (name != "constant" || !skips('(') || !number(value) || !skips(')'))
      fail("no number and no border", "a number, zero, clamp, reflect, wrap or constant(C)");
    return border::constant(value[0]);
  }

  bool number(std::vector<double>& numbers) {
    skip_blanks();
    double value = 0;
    const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), value);
    if (error != std::errc())
      return false;
    rest_.remove_prefix(static_cast<size_t>(end - rest_.data()));
    numbers.push_back(value);
    return true;
  }

  std::string_view word() {
    skip_blanks();
    const size_t end = rest_.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_.");
    const std::string_view word = rest_.substr(0, end);
    rest_.remove_prefix(word.size());
    return word;
  }

  bool skips(char mark) {
    skip_blanks();
    const bool found = rest_.starts_with(mark);
    if (found)
      rest_.remove_prefix(1);
    return found;
  }

  void skip_blanks() {
    rest_.remove_prefix(std::min(rest_.find_first_not_of(" \t\n"), rest_.size()));
  }

  [[noreturn]] void fail(const char* what, const char* expected) const {
    throw Error({.what = fmt::format("filters '{}': {}", text_, what),
                 .where = location_,
                 .expected = expected,
                 .got = rest_.empty() ? "the end" : fmt::format("'{}'", rest_)});
  }

  const std::string_view text_;
  std::string_view rest_;
  const SourceLocation location_;
};

} // namespace

Block parse(std::string_view text, SourceLocation location) {
  return Reader(text, location).chain();
}

} // namespace fovea::filters
