// Equations in the language in which they are written.
#include "dsl/definition/printer.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace fovea::notation {
namespace {

std::string joined(const std::vector<Text>& texts) {
  std::string text;
  for (const Text& one : texts)
    text += (text.empty() ? "" : ", ") + one.text;
  return text;
}

class PlainNotation final : public Notation {
 public:
  Text name(const std::string& name) const override { return {name}; }
  Text number(double value) const override {
    const std::string digits = digits_of(value);
    return {digits, digits[0] == '-' ? unary : primary};
  }
  Text integer(const std::string& digits) const override { return {digits}; }
  Text truth(bool value) const override { return {value ? "true" : "false"}; }
  Text typed(DType type, Text constant) const override { return cast(type, constant); }
  Text bracketed(const Text& text) const override { return {"(" + text.text + ")"}; }

  // Left-associative; relations do not chain at all.
  Text infix(Sign sign, const Text& left, const Text& right) const override {
    static constexpr const char* signs[] = {"+", "-", "*", "/", "<", "<=", "==", "!=", "&&", "||"};
    const Binding binding = binding_of(sign);
    const bool chains = binding != equality && binding != relation;
    return {fmt::format("{} {} {}", within(left, chains ? binding : tighter(binding)).text,
                        signs[static_cast<size_t>(sign)], within(right, tighter(binding)).text),
            binding};
  }
  Text negative(const Text& text) const override { return {"-" + text.text, unary}; }
  Text negation(const Text& text) const override { return {"!" + text.text, unary}; }
  Text call(ScalarOp op, const std::vector<Text>& args) const override {
    return {fmt::format("{}({})", name_of(op), joined(args))};
  }
  Text cast(DType type, const Text& value) const override {
    return {fmt::format("{}({})", name_of(type), value.text)};
  }
  Text value(const Text& index) const override { return {fmt::format("value({})", index.text)}; }
  Text multiple(uint64_t factor, const Text& index) const override {
    return {fmt::format("{}*{}", factor, within(index, unary).text), term};
  }
  Text floor_div(const Text& index, int64_t divisor) const override {
    return {fmt::format("{}/{}", within(index, primary).text, divisor), term};
  }
  Text modulo(const Text& index, int64_t divisor) const override {
    return {fmt::format("{}%{}", within(index, primary).text, divisor), term};
  }

  Text read(const Text& tensor, const std::vector<WrittenSubscript>& subscripts) const override {
    std::vector<Text> texts;
    for (const WrittenSubscript& subscript : subscripts)
      texts.push_back({with_rule(subscript)});
    return texts.empty() ? tensor : Text{fmt::format("{}({})", tensor.text, joined(texts))};
  }

  Text reduction(Fold fold, std::optional<DType> accumulator, const std::vector<Text>& indices,
                 const Text& body) const override {
    const std::string type = accumulator ? fmt::format("<{}>", name_of(*accumulator)) : "";
    return {fmt::format("{}{}({})({})", name_of(fold), type, joined(indices), body.text)};
  }

  std::string note(const Text&, const WrittenSubscript&, const std::string&) const override {
    return "";
  }

  std::string system(const WrittenHeader& header,
                     const std::vector<WrittenEquation>& equations) const override {
    std::vector<std::string> operands;
    for (const auto& [name, type] : header.operands)
      operands.push_back(fmt::format("{}: {}", name, type));
    std::string text = fmt::format("{}({})", own_name(header.name), fmt::join(operands, ", "));
    if (!header.results.empty())
      text += fmt::format(" -> {}", fmt::join(header.results, ", "));
    for (const WrittenEquation& equation : equations) {
      text += fmt::format("\n{} = {}", equation.left.text, equation.right.text);
      const char* before = " where ";
      for (const auto& [index, extent] : equation.ranges) {
        text += fmt::format("{}{} < {}", before, index.text, extent);
        before = ", ";
      }
    }
    return text + "\n";
  }

 private:
  static std::string with_rule(const WrittenSubscript& subscript) {
    if (subscript.boundary == Boundary::none)
      return subscript.text.text;
    if (subscript.boundary != Boundary::fill)
      return fmt::format("{}({})", name_of(subscript.boundary), subscript.text.text);
    return subscript.zero
               ? fmt::format("zero({})", subscript.text.text)
               : fmt::format("constant({}, {})", subscript.text.text, subscript.fill.text);
  }

  // The system's name is free of rules: only what would break the line is left out.
  static std::string own_name(const std::string& name) {
    std::string text;
    for (char c : name)
      text += (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ? c : '_';
    return text.empty() || (text[0] >= '0' && text[0] <= '9') ? "f" + text : text;
  }
};

} // namespace

const Notation& plain_notation() {
  static const PlainNotation notation;
  return notation;
}

} // namespace fovea::notation
