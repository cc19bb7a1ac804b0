// The words that the language keeps for itself.
#include "dsl/definition/printer.hpp"
#include "dsl/equation/syntax.hpp"

#include <algorithm>
#include <iterator>

namespace fovea {
namespace text {

std::optional<ScalarOp> function_named(std::string_view word) {
  for (int k = static_cast<int>(ScalarOp::max); k <= static_cast<int>(ScalarOp::select); ++k) {
    const auto op = static_cast<ScalarOp>(k);
    if (name_of(op) == word && op != ScalarOp::neg && op != ScalarOp::less &&
        op != ScalarOp::less_equal)
      return op;
  }
  return std::nullopt;
}

std::optional<Fold> fold_named(std::string_view word) {
  for (int k = 0; k <= static_cast<int>(Fold::all); ++k)
    if (name_of(static_cast<Fold>(k)) == word)
      return static_cast<Fold>(k);
  return std::nullopt;
}

std::optional<Boundary> rule_named(std::string_view word) {
  if (word == "zero" || word == "constant")
    return Boundary::fill;
  for (const Boundary rule : {Boundary::clamp, Boundary::reflect, Boundary::wrap})
    if (name_of(rule) == word)
      return rule;
  return std::nullopt;
}

std::optional<DType> type_named(std::string_view word) {
  DType type;
  return fovea::parse(word, type) ? std::optional(type) : std::nullopt;
}

std::string_view written_for(std::string_view word) {
  struct Word {
    std::string_view name, instead;
  };
  static constexpr Word words[] = {{"relu", "max(a, 0)"},
                                   {"sigmoid", "1/(1 + exp(-a))"},
                                   {"sign", "select(a > 0, 1, select(a < 0, -1, 0))"},
                                   {"log2", "log(a)/log(2)"},
                                   {"log10", "log(a)/log(10)"},
                                   {"exp2", "pow(2, a)"},
                                   {"square", "pow(a, 2)"},
                                   {"rsqrt", "1/sqrt(a)"},
                                   {"clip", "min(max(a, low), high)"},
                                   {"mod", "fmod(a, b), of an index i%3"},
                                   {"if", "select(condition, a, b)"},
                                   {"float", "f32(a)"},
                                   {"double", "f64(a)"},
                                   {"int", "i32(a)"},
                                   {"i16", "i32(a)"},
                                   {"u16", "i32(a)"},
                                   {"u32", "i64(a)"},
                                   {"u64", "i64(a)"},
                                   {"prod", "product(i)(a)"},
                                   {"avg", "mean(i)(a)"}};
  const auto* known = std::ranges::find(words, word, &Word::name);
  return known == std::end(words) ? std::string_view() : known->instead;
}

} // namespace text

bool notation::is_reserved(std::string_view name) {
  static constexpr std::string_view others[] = {"value", "where", "true", "false", "inf", "nan"};
  return text::fold_named(name) || text::rule_named(name) || text::function_named(name) ||
         text::type_named(name) ||
         std::find(std::begin(others), std::end(others), name) != std::end(others);
}

} // namespace fovea
