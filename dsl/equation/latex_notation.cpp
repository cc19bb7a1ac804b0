// Equations as LaTeX, for a document with amsmath.
#include "dsl/definition/printer.hpp"

#include <fmt/format.h>

#include <cmath>

namespace fovea::notation {
namespace {

std::string escaped(const std::string& text) {
  std::string result;
  for (char c : text)
    result += c == '_' ? "\\_" : std::string(1, c);
  return result;
}

std::string listed(const std::vector<Text>& texts, const char* comma) {
  std::string text;
  for (const Text& one : texts)
    text += (text.empty() ? "" : comma) + one.text;
  return text;
}

class LatexNotation final : public Notation {
 public:
  Text name(const std::string& name) const override {
    return {name.size() == 1 ? name : fmt::format("\\mathit{{{}}}", escaped(name))};
  }

  Text number(double value) const override {
    if (std::isnan(value))
      return {"\\mathrm{NaN}"};
    std::string digits =
        std::isinf(value) ? (value < 0 ? "-\\infty" : "\\infty") : digits_of(value);
    const bool negative = digits[0] == '-';
    if (const size_t e = digits.find('e'); e != std::string::npos) {
      const int exponent = std::stoi(digits.substr(e + 1));
      return {fmt::format("{} \\cdot 10^{{{}}}", digits.substr(0, e), exponent), term};
    }
    return {digits, negative ? unary : primary};
  }
  Text integer(const std::string& digits) const override { return {digits}; }
  Text truth(bool value) const override { return {value ? "\\mathrm{true}" : "\\mathrm{false}"}; }
  Text typed(DType, Text constant) const override { return constant; }
  Text bracketed(const Text& text) const override {
    return {fmt::format("\\left( {} \\right)", text.text)};
  }

  Text infix(Sign sign, const Text& left, const Text& right) const override {
    static constexpr const char* signs[] = {"+",    "-", "",     "",       "<",
                                            "\\le", "=", "\\ne", "\\land", "\\lor"};
    if (sign == Sign::divide)
      return {fmt::format("\\frac{{{}}}{{{}}}", left.text, right.text)};
    const Binding binding = binding_of(sign);
    const bool chains = binding != equality && binding != relation;
    const std::string a = within(left, chains ? binding : tighter(binding)).text;
    const std::string b = within(right, tighter(binding)).text;
    if (sign != Sign::times)
      return {fmt::format("{} {} {}", a, signs[static_cast<size_t>(sign)], b), binding};
    const bool digit = (b[0] >= '0' && b[0] <= '9') || b[0] == '-';
    return {fmt::format("{} {} {}", a, digit ? "\\cdot" : "\\,", b), binding};
  }
  Text negative(const Text& text) const override { return {"-" + text.text, unary}; }
  Text negation(const Text& text) const override { return {"\\lnot " + text.text, unary}; }

  Text call(ScalarOp op, const std::vector<Text>& args) const override {
    const std::string& first = args[0].text;
    switch (op) {
    case ScalarOp::select:
      return {fmt::format("\\begin{{cases}} {} & \\text{{if }} {} \\\\ {} & \\text{{else}} "
                          "\\end{{cases}}",
                          args[1].text, first, args[2].text),
              loosest};
    case ScalarOp::pow:
      return {fmt::format("{{{}}}^{{{}}}", within(args[0], primary).text, args[1].text), unary};
    case ScalarOp::sqrt:
      return {fmt::format("\\sqrt{{{}}}", first)};
    case ScalarOp::abs:
      return {fmt::format("\\left| {} \\right|", first)};
    case ScalarOp::floor:
      return {fmt::format("\\left\\lfloor {} \\right\\rfloor", first)};
    case ScalarOp::ceil:
      return {fmt::format("\\left\\lceil {} \\right\\rceil", first)};
    default:
      return {fmt::format("{} \\left( {} \\right)", function(op), listed(args, ", "))};
    }
  }
  Text cast(DType type, const Text& value) const override {
    return {fmt::format("\\mathrm{{{}}} \\left( {} \\right)", name_of(type), value.text)};
  }
  Text value(const Text& index) const override { return index; }
  Text multiple(uint64_t factor, const Text& index) const override {
    return {fmt::format("{} {}", factor, within(index, unary).text), term};
  }
  Text floor_div(const Text& index, int64_t divisor) const override {
    return {fmt::format("\\lfloor {} / {} \\rfloor", within(index, term).text, divisor)};
  }
  Text modulo(const Text& index, int64_t divisor) const override {
    return {fmt::format("{} \\bmod {}", within(index, term).text, divisor), term};
  }

  Text read(const Text& tensor, const std::vector<WrittenSubscript>& subscripts) const override {
    std::vector<Text> texts;
    bool plain = true;
    for (const WrittenSubscript& subscript : subscripts) {
      texts.push_back(subscript.text);
      plain = plain && subscript.text.text.find(' ') == std::string::npos;
    }
    return texts.empty()
               ? tensor
               : Text{fmt::format("{}_{{{}}}", tensor.text, listed(texts, plain ? "," : ",\\,"))};
  }

  Text reduction(Fold fold, std::optional<DType>, const std::vector<Text>& indices,
                 const Text& body) const override {
    static constexpr const char* signs[] = {"\\sum",
                                            "\\prod",
                                            "\\max",
                                            "\\min",
                                            "\\operatorname*{mean}",
                                            "\\operatorname*{arg\\,max}",
                                            "\\operatorname*{arg\\,min}",
                                            "\\bigvee",
                                            "\\bigwedge"};
    return {fmt::format("{}_{{{}}} {}", signs[static_cast<size_t>(fold)], listed(indices, ","),
                        within(body, term).text),
            notation::sum};
  }

  std::string note(const Text& tensor, const WrittenSubscript& rule,
                   const std::string& dimensions) const override {
    if (const std::string_view words = words_of(rule.boundary); !words.empty())
      return fmt::format("{} \\text{{ {} dimension {}}}", tensor.text, words, dimensions);
    return fmt::format("{} = {} \\text{{ outside dimension {}}}", tensor.text,
                       rule.zero ? "0" : rule.fill.text, dimensions);
  }

  std::string system(const WrittenHeader&,
                     const std::vector<WrittenEquation>& equations) const override {
    std::string text = "\\begin{aligned}";
    const char* before = "\n";
    for (const WrittenEquation& equation : equations) {
      text += fmt::format("{}{} &= {}", before, equation.left.text, equation.right.text);
      before = " \\\\\n";
      const char* space = " && ";
      for (const auto& [index, extent] : equation.ranges) {
        text += fmt::format("{}0 \\le {} < {}", space, index.text, extent);
        space = ",\\; ";
      }
      for (const std::string& note : equation.notes) {
        text += space + note;
        space = ",\\; ";
      }
    }
    return text + "\n\\end{aligned}\n";
  }

 private:
  static std::string function(ScalarOp op) {
    switch (op) {
    case ScalarOp::exp:
    case ScalarOp::log:
    case ScalarOp::sin:
    case ScalarOp::cos:
    case ScalarOp::tan:
    case ScalarOp::sinh:
    case ScalarOp::cosh:
    case ScalarOp::tanh:
    case ScalarOp::max:
    case ScalarOp::min:
      return fmt::format("\\{}", name_of(op));
    default:
      return fmt::format("\\operatorname{{{}}}", escaped(std::string(name_of(op))));
    }
  }
};

} // namespace

const Notation& latex_notation() {
  static const LatexNotation notation;
  return notation;
}

} // namespace fovea::notation
