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

} // namespace text

bool notation::is_reserved(std::string_view name) {
  static constexpr std::string_view others[] = {"value", "where", "true", "false", "inf", "nan"};
  return text::fold_named(name) || text::rule_named(name) || text::function_named(name) ||
         text::type_named(name) ||
         std::find(std::begin(others), std::end(others), name) != std::end(others);
}

} // namespace fovea
