#pragma once
#include "dsl/definition/number.hpp"

#include <fovea/equation/statement.hpp>
#include <fovea/error.hpp>

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// Equations as text, on the way to statements: text -> tokens -> syntax tree -> names resolved.
// Each step is total: whatever the text, it ends with a result or an Error.
namespace fovea::text {

// The text and where in it things stand. Positions are byte offsets; columns count characters.
class Source {
 public:
  Source(std::string text, std::string_view file);
  const std::string& text() const { return text_; }
  SourceLocation location(size_t position) const;
  // Gives an error its place, and the line with a caret under it.
  void locate(size_t position, ErrorParts& parts) const;
  [[noreturn]] void fail(size_t position, ErrorParts parts) const;

 private:
  std::string text_;
  const char* file_;
};

enum class Mark : uint8_t {
  end,
  separator, // a semicolon or the end of a line
  name,
  number,
  open,
  close,
  comma,
  colon,
  assign,
  arrow,
  negation,
  plus,
  minus,
  times,
  divide,
  modulo,
  less,
  less_equal,
  greater,
  greater_equal,
  equal,
  not_equal,
  both,
  either
};

struct Token {
  Mark mark = Mark::end;
  size_t begin = 0, end = 0;
  size_t match = 0; // of a bracket: the number of the other one
};
// The last one is Mark::end.
std::vector<Token> tokens_of(const Source& source);

using Wide = WideInteger;
using Literal = Number; // without a type
Literal literal_of(const Source& source, const Token& token);
// Constant arithmetic; no value where it overflows or divides by zero.
std::optional<Literal> folded(Mark sign, const Literal& a, const Literal& b);
Literal negated(const Literal& literal);

struct Named {
  std::string name;
  size_t position = 0;
};

// What an expression may stand for.
enum class Class : uint8_t {
  literal, // numbers alone
  index,   // an index expression
  loose,   // arithmetic of indices and numbers that is no index expression
  value
};

struct Syntax {
  enum class Kind : uint8_t { number, truth, name, call, negative, negation, infix, reduce };
  Kind kind = Kind::number;
  size_t position = 0;
  std::string word = {}; // name, call
  Mark mark = Mark::end; // infix
  Literal number = {};   // number; any node of Class::literal, once names are resolved
  bool truth = false;    // truth
  Fold fold = Fold::sum; // reduce
  std::optional<DType> accumulator = {};
  std::vector<Named> indices = {}; // reduce
  std::vector<int> args = {};      // numbers of nodes; reduce: the body, and a condition
  int depth = 1;
  double weight = 1; // nodes, once written out

  // Set when names are resolved.
  Class kind_of_value = Class::value;
  int operand = -1; // a read: of this operand,
  int line = -1;    // or of this line's result
};

// Of a name(i, j) = body where i < 10.
struct Line {
  Named result;
  std::vector<Named> left;
  int body = -1;
  std::vector<std::pair<Named, int64_t>> ranges;
  // Once names are resolved:
  std::map<std::string, int> symbols = {};     // of its indices
  std::map<std::string, int64_t> extents = {}; // stated ones
};

struct OperandSyntax {
  Named named = {};
  DType dtype = DType::f32;
  std::optional<Shape> shape = {}; // declared
  bool declared = false;
  int rank = -1; // as read; -1: not read
};

struct Parsed {
  Source source;
  std::string name = {}; // without a header, that of the first result
  bool has_header = false;
  std::vector<OperandSyntax> operands;
  std::vector<Syntax> nodes;
  std::vector<Line> lines;
  std::vector<Named> stated_results;
  std::vector<int> results; // numbers of lines, once names are resolved

  const Syntax& operator[](int node) const { return nodes[static_cast<size_t>(node)]; }
  Syntax& operator[](int node) { return nodes[static_cast<size_t>(node)]; }
};

// Syntax alone; then names, ranks and what each expression may stand for.
Parsed parse(std::string text, std::string_view file);
void resolve_names(Parsed& parsed);

// A function of scalars that the language knows by this name.
std::optional<ScalarOp> function_named(std::string_view word);
std::optional<Fold> fold_named(std::string_view word);
// The boundary rules; zero and constant are both Boundary::fill.
std::optional<Boundary> rule_named(std::string_view word);
std::optional<DType> type_named(std::string_view word);
// How the language writes what others call so: "max(a, 0)" for relu. Empty: unknown.
std::string_view written_for(std::string_view word);

} // namespace fovea::text
