// A shape rule's refusal as text.
#include <fovea/blocks/block.hpp>

#include <algorithm>
#include <cstdio>
#include <cstring>

namespace fovea {

std::string render(const char* text, const ShapeError& error, const Shape& input) {
  std::string result;
  for (const char* p = text; *p; ++p) {
    if (std::strncmp(p, "{in}", 4) == 0) {
      result += to_string(input);
      p += 3;
    } else if (p[0] == '{' && p[1] >= '0' && p[1] <= '3' && p[2] == '}') {
      const auto k = static_cast<size_t>(p[1] - '0');
      result += k < error.values.size() ? to_string(error.values[k]) : "?";
      p += 2;
    } else {
      result += *p;
    }
  }
  return result;
}

void fovea_WHAT_the_block_refuses_this_input_WHY_see_its_shape_rule(const ShapeError& error,
                                                                    const Shape& input) {
  throw Error({.what = "shape_of: " + render(error.what, error, input),
               .expected = render(error.expected, error, input),
               .got = render(error.got, error, input),
               .detail = "input " + to_string(input),
               .hint = render(error.hint, error, input)});
}

bool same_value(const AttributeValue& a, const AttributeValue& b) {
  const auto* x = std::get_if<std::vector<int64_t>>(&a);
  const auto* y = std::get_if<std::vector<int64_t>>(&b);
  if (!x || !y || x->empty() || y->size() != 1)
    return a == b;
  return std::all_of(x->begin(), x->end(), [&](int64_t entry) { return entry == (*y)[0]; });
}

std::string to_string(const AttributeValue& value) {
  if (const auto* flag = std::get_if<bool>(&value))
    return *flag ? "yes" : "no";
  if (const auto* number = std::get_if<int64_t>(&value))
    return std::to_string(*number);
  if (const auto* real = std::get_if<double>(&value)) {
    char text[32];
    std::snprintf(text, sizeof text, "%g", *real);
    return text;
  }
  if (const auto* text = std::get_if<std::string>(&value))
    return *text;
  return to_string(Shape(std::get<std::vector<int64_t>>(value)));
}

std::string to_string(const Attributes& attributes) {
  std::string text;
  for (const auto& [name, value] : attributes)
    text += (text.empty() ? "" : " ") + name + "=" + to_string(value);
  return text;
}

} // namespace fovea
