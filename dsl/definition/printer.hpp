#pragma once
#include <fovea/definition/definition.hpp>

// How systems of equations are written down: one walk over the tree, and one notation for each form
// of text.
namespace fovea::notation {

// How tightly a piece of text binds, for minimal parentheses.
enum Binding : int { loosest, either, both, equality, relation, sum, term, unary, primary };
constexpr Binding tighter(Binding binding) {
  return static_cast<Binding>(binding + 1);
}

struct Text {
  std::string text;
  Binding binding = primary;
};

enum class Sign : uint8_t {
  plus,
  minus,
  times,
  divide,
  less,
  less_equal,
  equal,
  not_equal,
  both,
  either
};
Binding binding_of(Sign sign);

// One subscript of a read; `text` is without its rule.
struct WrittenSubscript {
  Text text;
  Boundary boundary = Boundary::none; // none too where that is what it means without a rule
  bool zero = false;                  // Boundary::fill with 0
  Text fill;                          // Boundary::fill with something else
};

// What is written of one equation.
struct WrittenEquation {
  Text tensor, left, right;
  std::vector<std::pair<Text, int64_t>> ranges; // index, extent
  std::vector<std::string> notes;               // on what lies outside a tensor
};

// The system's own line.
struct WrittenHeader {
  std::string name;
  std::vector<std::pair<std::string, std::string>> operands; // name, type
  std::vector<std::string> results; // empty: the equations that no other one reads
};

class Notation {
 public:
  virtual ~Notation() = default;
  virtual Text name(const std::string& name) const = 0; // of a tensor or an index
  virtual Text number(double value) const = 0;          // of float type
  virtual Text integer(const std::string& digits) const = 0;
  virtual Text truth(bool value) const = 0;
  // A constant with its type, where nothing beside it has one.
  virtual Text typed(DType type, Text constant) const = 0;
  virtual Text bracketed(const Text& text) const = 0;
  virtual Text infix(Sign sign, const Text& left, const Text& right) const = 0;
  virtual Text negative(const Text& text) const = 0;
  virtual Text negation(const Text& text) const = 0;
  virtual Text call(ScalarOp op, const std::vector<Text>& args) const = 0;
  virtual Text cast(DType type, const Text& value) const = 0;
  virtual Text value(const Text& index) const = 0;                     // of an index expression
  virtual Text multiple(uint64_t factor, const Text& index) const = 0; // factor > 1
  virtual Text floor_div(const Text& index, int64_t divisor) const = 0;
  virtual Text modulo(const Text& index, int64_t divisor) const = 0;
  virtual Text read(const Text& tensor, const std::vector<WrittenSubscript>& subscripts) const = 0;
  virtual Text reduction(Fold fold, std::optional<DType> accumulator,
                         const std::vector<Text>& indices, const Text& body) const = 0;
  // "V is 0 outside its dimensions 1 and 2"; empty where subscripts say so themselves.
  virtual std::string note(const Text& tensor, const WrittenSubscript& rule,
                           const std::string& dimensions) const = 0;
  virtual std::string system(const WrittenHeader& header,
                             const std::vector<WrittenEquation>& equations) const = 0;

  Text within(const Text& text, Binding required) const {
    return text.binding < required ? bracketed(text) : text;
  }
};

// What a rule says of its tensor, in words that the dimensions follow; empty for values from
// outside.
std::string_view words_of(Boundary boundary);

const Notation& plain_notation(); // the language itself
const Notation& latex_notation();
const Notation& mathml_notation();

// A system as it is written, bound or not. Reads name their tensors by number: operands, then
// equations.
struct Outline {
  struct Line {
    std::string name;
    std::vector<DeclaredIndex> left;
    Expr body;
  };
  std::string name;
  std::vector<std::pair<std::string, std::string>> operands; // name, type
  std::vector<Line> lines;
  std::vector<int> results; // numbers of lines
};
Outline outline_of(const Definition& definition);

std::string written(const Outline& outline, const Notation& notation);
// Its lines alone.
std::vector<WrittenEquation> written_lines(const Outline& outline, const Notation& notation);

// An index expression in the language; `names` of the indices by number.
std::string index_text(const IndexExpr& expr, const std::vector<std::string>& names);

// The shortest digits that give exactly this number back.
std::string digits_of(double value);

// Names that the language keeps for itself: functions, types, rules.
bool is_reserved(std::string_view name);

} // namespace fovea::notation
