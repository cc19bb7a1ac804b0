#include <fovea/definition/connections.hpp>
#include <fovea/equation/text.hpp>
#include <fovea/error.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

namespace fovea {
namespace {

constexpr int64_t most_dots = 64;
constexpr int step = 44, margin = 36, radius = 9; // pixels
constexpr int top = 40, height = 150;             // of the results' row; from there to the inputs

std::string escaped(const std::string& text) {
  std::string result;
  for (const char c : text)
    result += c == '<' ? "&lt;" : c == '>' ? "&gt;" : c == '&' ? "&amp;" : std::string(1, c);
  return result;
}

// Hues a golden angle apart: any number of colours, neighbours far from each other.
std::string colour(size_t number) {
  const double hue = std::fmod(210 + 137.508 * static_cast<double>(number), 360);
  return fmt::format("hsl({:.0f}, 65%, {}%)", hue, number % 2 ? 38 : 48);
}

// "2", or "0,1" of two dimensions.
std::string place_of(int64_t offset, const Shape& shape) {
  std::string text;
  for (int d = shape.rank(); d-- > 0; offset /= shape[d])
    if (shape[d] > 1 || shape.rank() == 1)
      text = std::to_string(offset % shape[d]) + (text.empty() ? "" : ",") + text;
  return text;
}

class Picture {
 public:
  explicit Picture(const Definition& definition)
      : definition_(definition), input_(definition.operands.front().type.shape),
        result_(definition.equations[static_cast<size_t>(definition.results.front())].shape()) {}

  std::string svg() {
    const bool weighted = definition_.operands.size() > 1;
    const std::vector<Connection> lines = connections(definition_, 0, weighted ? 1 : -1);
    for (const Connection& line : lines)
      colours_.try_emplace(line.weight, colours_.size());
    const int64_t dots = std::max(input_.elements(), result_.elements());
    width_ = static_cast<int>(dots - 1) * step + 2 * margin;
    std::string body;
    for (const Connection& line : lines)
      body += fmt::format("  <line x1=\"{}\" y1=\"{}\" x2=\"{}\" y2=\"{}\" stroke=\"{}\" "
                          "stroke-width=\"2\"><title>{}</title></line>\n",
                          x_of(line.from, input_), top + height, x_of(line.to, result_), top,
                          colour(colours_.at(line.weight)), escaped(words(line)));
    const std::string name =
        definition_.equations[static_cast<size_t>(definition_.results.front())].name;
    body +=
        row(result_, top, name, -16) + row(input_, top + height, definition_.operands[0].name, 24);
    const std::string below = legend(top + height + 48);
    return fmt::format(
               "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0}\" height=\"{1}\" "
               "viewBox=\"0 0 {0} {1}\" font-family=\"Helvetica, Arial, sans-serif\" "
               "font-size=\"11\">\n  <rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n",
               std::max(width_, text_width_), bottom_) +
           body + below + "</svg>\n";
  }

 private:
  // Both rows are centred.
  int x_of(int64_t number, const Shape& shape) const {
    const auto length = static_cast<int>(shape.elements() - 1) * step;
    return (width_ - length) / 2 + static_cast<int>(number) * step;
  }

  std::string words(const Connection& line) const {
    std::string text =
        fmt::format("{}({})", definition_.operands[0].name, place_of(line.from, input_));
    if (line.weight >= 0)
      text += " * " + weight_name(line.weight);
    return text;
  }
  std::string weight_name(int64_t weight) const {
    const Operand& weights = definition_.operands[1];
    return fmt::format("{}({})", weights.name, place_of(weight, weights.type.shape));
  }

  std::string row(const Shape& shape, int y, const std::string& name, int label) const {
    std::string text;
    for (int64_t k = 0; k < shape.elements(); ++k)
      text += fmt::format(
          "  <circle cx=\"{0}\" cy=\"{1}\" r=\"{2}\" fill=\"#37474F\"/>\n"
          "  <text x=\"{0}\" y=\"{3}\" text-anchor=\"middle\" fill=\"#1F2933\">{4}({5})</text>\n",
          x_of(k, shape), y, radius, y + label, escaped(name), place_of(k, shape));
    return text;
  }

  // The weights with their colours, in lines as wide as the picture; then the equations.
  std::string legend(int y) {
    std::string text;
    int x = margin - radius;
    const int right = std::max(width_, 8 * step);
    for (const auto& [weight, number] : colours_) {
      if (weight < 0)
        continue;
      const std::string name = weight_name(weight);
      const int needed = 26 + 7 * static_cast<int>(name.size());
      if (x + needed > right && x > margin) {
        x = margin - radius;
        y += 18;
      }
      text += fmt::format("  <line x1=\"{0}\" y1=\"{1}\" x2=\"{2}\" y2=\"{1}\" stroke=\"{3}\" "
                          "stroke-width=\"4\"/>\n  <text x=\"{4}\" y=\"{5}\" "
                          "fill=\"#1F2933\">{6}</text>\n",
                          x, y, x + 14, colour(number), x + 18, y + 4, escaped(name));
      x += needed;
      text_width_ = std::max(text_width_, x);
    }
    const std::string equations = to_string(definition_);
    y += 6;
    for (size_t begin = 0; begin < equations.size();) {
      const size_t end = std::min(equations.find('\n', begin), equations.size());
      const std::string line = equations.substr(begin, end - begin);
      y += 20;
      text += fmt::format("  <text x=\"{}\" y=\"{}\" font-family=\"monospace\" "
                          "fill=\"#555555\">{}</text>\n",
                          margin - radius, y, escaped(line));
      text_width_ = std::max(text_width_, 2 * margin + 7 * static_cast<int>(line.size()));
      begin = end + 1;
    }
    bottom_ = y + 20;
    return text;
  }

  const Definition& definition_;
  const Shape input_, result_;
  std::map<int64_t, size_t> colours_; // of weights, in the order of their first line
  int width_ = 0, text_width_ = 0, bottom_ = 0;
};

void check(const Definition& definition) {
  const auto refuse = [&](const char* what, std::string expected, std::string got) {
    throw Error({.what = "picture of '" + definition.name + "': " + what,
                 .expected = std::move(expected),
                 .got = std::move(got),
                 .hint = "draw it for smaller shapes"});
  };
  if (definition.operands.empty() || definition.results.empty())
    refuse("it connects nothing", "an operand and a result", "none");
  const TensorType result =
      definition.type_of(definition.tensor_of_equation(definition.results.front()));
  for (const TensorType& type : {definition.operands.front().type, result})
    if (const int64_t dots = type.shape.elements(); dots < 1 || dots > most_dots)
      refuse("a row has too many dots, or none", fmt::format("1 to {}", most_dots),
             to_string(type.shape));
}

} // namespace

std::string draw_connections(const Definition& definition) {
  check(definition);
  return Picture(definition).svg();
}

} // namespace fovea
