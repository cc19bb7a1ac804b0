// Equations as MathML, which browsers show without a program: one `math` element.
#include "dsl/definition/printer.hpp"

#include <fmt/format.h>

#include <cmath>

namespace fovea::notation {
namespace {

std::string sign(std::string_view text) {
  return fmt::format("<mo>{}</mo>", text);
}
std::string word(std::string_view text) {
  return fmt::format("<mi mathvariant=\"normal\">{}</mi>", text);
}
std::string row(std::string_view text) {
  return fmt::format("<mrow>{}</mrow>", text);
}
std::string fenced(std::string_view open, std::string_view text, std::string_view close) {
  return row(sign(open) + std::string(text) + sign(close));
}
std::string listed(const std::vector<Text>& texts) {
  std::string text;
  for (const Text& one : texts)
    text += (text.empty() ? "" : sign(",")) + one.text;
  return text;
}

class MathmlNotation final : public Notation {
 public:
  Text name(const std::string& name) const override {
    return {fmt::format("<mi>{}</mi>", name)}; // a word: no character to escape
  }
  Text number(double value) const override {
    if (std::isnan(value))
      return {word("NaN")};
    std::string digits = std::isinf(value) ? "&#x221E;" : digits_of(std::abs(value));
    if (const size_t e = digits.find('e'); e != std::string::npos)
      digits = fmt::format("<mn>{}</mn>{}<msup><mn>10</mn><mn>{}</mn></msup>", digits.substr(0, e),
                           sign("&#x22C5;"), std::stoi(digits.substr(e + 1)));
    else
      digits = fmt::format("<mn>{}</mn>", digits);
    return std::signbit(value) ? Text{sign("-") + digits, unary} : Text{digits};
  }
  Text integer(const std::string& digits) const override {
    return {fmt::format("<mn>{}</mn>", digits)};
  }
  Text truth(bool value) const override { return {word(value ? "true" : "false")}; }
  Text typed(DType, Text constant) const override { return constant; }
  Text bracketed(const Text& text) const override { return {fenced("(", text.text, ")")}; }

  Text infix(Sign mark, const Text& left, const Text& right) const override {
    static constexpr const char* signs[] = {"+",        "-", "&#x2062;", "",         "&lt;",
                                            "&#x2264;", "=", "&#x2260;", "&#x2227;", "&#x2228;"};
    if (mark == Sign::divide)
      return {fmt::format("<mfrac>{}{}</mfrac>", row(left.text), row(right.text))};
    const Binding binding = binding_of(mark);
    const bool chains = binding != equality && binding != relation;
    const std::string b = within(right, tighter(binding)).text;
    const bool digits = mark == Sign::times && (b.find("<mn>") == 0 || b.find("<mo>-") == 0);
    return {within(left, chains ? binding : tighter(binding)).text +
                sign(digits ? "&#x22C5;" : signs[static_cast<size_t>(mark)]) + b,
            binding};
  }
  Text negative(const Text& text) const override { return {sign("-") + text.text, unary}; }
  Text negation(const Text& text) const override { return {sign("&#xAC;") + text.text, unary}; }

  Text call(ScalarOp op, const std::vector<Text>& args) const override {
    const std::string& first = args[0].text;
    switch (op) {
    case ScalarOp::select:
      return {row(sign("{") + fmt::format("<mtable columnalign=\"left left\">"
                                          "<mtr><mtd>{}</mtd><mtd><mtext>if </mtext>{}</mtd></mtr>"
                                          "<mtr><mtd>{}</mtd><mtd><mtext>else</mtext></mtd></mtr>"
                                          "</mtable>",
                                          args[1].text, first, args[2].text)),
              loosest};
    case ScalarOp::pow:
      return {
          fmt::format("<msup>{}{}</msup>", row(within(args[0], primary).text), row(args[1].text)),
          unary};
    case ScalarOp::sqrt:
      return {fmt::format("<msqrt>{}</msqrt>", first)};
    case ScalarOp::abs:
      return {fenced("|", first, "|")};
    case ScalarOp::floor:
      return {fenced("&#x230A;", first, "&#x230B;")};
    case ScalarOp::ceil:
      return {fenced("&#x2308;", first, "&#x2309;")};
    default:
      return {word(name_of(op)) + fenced("(", listed(args), ")")};
    }
  }
  Text cast(DType type, const Text& value) const override {
    return {word(name_of(type)) + fenced("(", value.text, ")")};
  }
  Text value(const Text& index) const override { return index; }
  Text multiple(uint64_t factor, const Text& index) const override {
    return {fmt::format("<mn>{}</mn>{}{}", factor, sign("&#x2062;"), within(index, unary).text),
            term};
  }
  Text floor_div(const Text& index, int64_t divisor) const override {
    return {fenced("&#x230A;",
                   fmt::format("{}{}<mn>{}</mn>", within(index, term).text, sign("/"), divisor),
                   "&#x230B;")};
  }
  Text modulo(const Text& index, int64_t divisor) const override {
    return {fmt::format("{}{}<mn>{}</mn>", within(index, term).text, sign("mod"), divisor), term};
  }

  Text read(const Text& tensor, const std::vector<WrittenSubscript>& subscripts) const override {
    std::vector<Text> texts;
    for (const WrittenSubscript& subscript : subscripts)
      texts.push_back(subscript.text);
    return texts.empty() ? tensor
                         : Text{fmt::format("<msub>{}{}</msub>", tensor.text, row(listed(texts)))};
  }

  Text reduction(Fold fold, std::optional<DType>, const std::vector<Text>& indices,
                 const Text& body) const override {
    static constexpr const char* signs[] = {"&#x2211;", "&#x220F;", "max",      "min",     "mean",
                                            "arg max",  "arg min",  "&#x22C1;", "&#x22C0;"};
    return {fmt::format("<munder>{}{}</munder>{}", sign(signs[static_cast<size_t>(fold)]),
                        row(listed(indices)), within(body, term).text),
            notation::sum};
  }

  std::string note(const Text& tensor, const WrittenSubscript& rule,
                   const std::string& dimensions) const override {
    if (const std::string_view words = words_of(rule.boundary); !words.empty())
      return fmt::format("{}<mtext>&#xA0;{} dimension {}</mtext>", tensor.text, words, dimensions);
    return fmt::format("{}{}{}<mtext>&#xA0;outside dimension {}</mtext>", tensor.text, sign("="),
                       rule.zero ? "<mn>0</mn>" : rule.fill.text, dimensions);
  }

  std::string system(const WrittenHeader&,
                     const std::vector<WrittenEquation>& equations) const override {
    std::string text = "<math xmlns=\"http://www.w3.org/1998/Math/MathML\" display=\"block\">\n"
                       "<mtable columnalign=\"right left left\">\n";
    for (const WrittenEquation& equation : equations) {
      std::string beside;
      const auto add = [&](const std::string& part) {
        beside += (beside.empty() ? "" : sign(",")) + part;
      };
      for (const auto& [index, extent] : equation.ranges)
        add(fmt::format("<mn>0</mn>{}{}{}<mn>{}</mn>", sign("&#x2264;"), index.text, sign("&lt;"),
                        extent));
      for (const std::string& note : equation.notes)
        add(note);
      text += fmt::format("<mtr><mtd>{}</mtd><mtd>{}{}</mtd><mtd>{}</mtd></mtr>\n",
                          equation.left.text, sign("="), equation.right.text, beside);
    }
    return text + "</mtable>\n</math>\n";
  }
};

} // namespace

const Notation& mathml_notation() {
  static const MathmlNotation notation;
  return notation;
}

} // namespace fovea::notation
