// From tokens to a syntax tree, by recursive descent; infix operators by their precedence, which is
// that of C++.
#include "dsl/definition/printer.hpp"
#include "dsl/equation/syntax.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace fovea::text {
namespace {

constexpr int deepest = 200; // bracket in bracket, and operators in a row: recursion is bounded

class Parser {
 public:
  Parser(std::string text, std::string_view file)
      : parsed_{Source(std::move(text), file), {}, false, {}, {}, {}, {}, {}},
        tokens_(tokens_of(parsed_.source)) {}

  Parsed run() {
    skip_separators();
    if (is_header())
      header();
    for (skip_separators(); !at(Mark::end); skip_separators()) {
      parsed_.lines.push_back(line());
      if (!at(Mark::separator) && !at(Mark::end))
        unexpected("an operator, `where`, or the end of the equation");
    }
    if (parsed_.lines.empty())
      fail(parsed_.source.text().size(), "there is no equation", "Z(i) = ...");
    return std::move(parsed_);
  }

 private:
  // ---- tokens ----

  const Token& token(size_t ahead = 0) const {
    return tokens_[std::min(next_ + ahead, tokens_.size() - 1)];
  }
  bool at(Mark mark, size_t ahead = 0) const { return token(ahead).mark == mark; }
  std::string text_of(const Token& token) const {
    return parsed_.source.text().substr(token.begin, token.end - token.begin);
  }
  std::string word() const { return text_of(token()); }
  bool at_word(std::string_view wanted) const { return at(Mark::name) && word() == wanted; }
  void skip_separators() {
    while (at(Mark::separator))
      ++next_;
  }
  [[noreturn]] void fail(size_t position, std::string what, std::string expected = "",
                         std::string hint = "") const {
    parsed_.source.fail(
        position,
        {.what = std::move(what), .expected = std::move(expected), .hint = std::move(hint)});
  }
  [[noreturn]] void unexpected(std::string expected, std::string hint = "") const {
    const bool ended = at(Mark::end) || at(Mark::separator);
    fail(token().begin,
         ended ? "the equation ends here" : fmt::format("`{}` does not belong here", word()),
         std::move(expected), std::move(hint));
  }
  Token take(Mark mark, const char* expected) {
    if (!at(mark))
      unexpected(expected);
    return tokens_[next_++];
  }
  bool accept(Mark mark) {
    if (!at(mark))
      return false;
    ++next_;
    return true;
  }
  Named take_name(const char* expected) {
    const Token token = take(Mark::name, expected);
    return {text_of(token), token.begin};
  }
  // A name for a tensor or an index.
  Named take_own_name(const char* expected) {
    Named named = take_name(expected);
    if (notation::is_reserved(named.name))
      fail(named.position, fmt::format("`{}` is a word of the language", named.name), expected,
           "choose another name");
    return named;
  }

  // ---- header: f(x: 8xf32, w: f32) -> Z, M ----

  bool is_header() const {
    if (!at(Mark::name) || !at(Mark::open, 1))
      return false;
    const size_t close = token(1).match;
    const Mark after = tokens_[close + 1].mark;
    return after == Mark::arrow || at(Mark::colon, 3) ||
           (at(Mark::close, 2) && (after == Mark::separator || after == Mark::end));
  }

  void header() {
    parsed_.has_header = true;
    parsed_.name = take_name("a name").name;
    take(Mark::open, "`(`");
    while (!at(Mark::close)) {
      OperandSyntax operand{.named = take_own_name("an operand's name")};
      operand.declared = true;
      take(Mark::colon, "`:` and a type");
      take_type(operand);
      parsed_.operands.push_back(std::move(operand));
      if (!at(Mark::close))
        take(Mark::comma, "`,` or `)`");
    }
    take(Mark::close, "`)`");
    if (accept(Mark::arrow))
      do
        parsed_.stated_results.push_back(take_own_name("a result's name"));
      while (accept(Mark::comma));
    if (!at(Mark::separator) && !at(Mark::end))
      unexpected("the end of the line");
  }

  // u8, or 3x224x224xf32: to the lexer a number and a name beside each other.
  void take_type(OperandSyntax& operand) {
    const size_t begin = token().begin;
    if (!at(Mark::number) && !at(Mark::name))
      unexpected("a type, such as f32 or 3x8xf32");
    std::string type = text_of(tokens_[next_++]);
    while ((at(Mark::number) || at(Mark::name)) && token().begin == begin + type.size())
      type += text_of(tokens_[next_++]);
    Shape shape;
    std::string_view rest = type;
    while (!rest.empty() && rest[0] >= '0' && rest[0] <= '9') {
      const size_t length = rest.find('x');
      int64_t extent = 0;
      for (char c : rest.substr(0, length))
        if (c < '0' || c > '9' || __builtin_mul_overflow(extent, 10, &extent) ||
            __builtin_add_overflow(extent, c - '0', &extent))
          fail(begin, fmt::format("`{}` is no type", type), "extents below 2^63");
      shape.push_back(extent);
      rest = length == std::string_view::npos ? std::string_view() : rest.substr(length + 1);
    }
    const std::optional<DType> dtype = type_named(rest);
    if (!dtype)
      fail(begin, fmt::format("`{}` is no type", type),
           "f16, bf16, f32, f64, i8, u8, i32, i64 or "
           "bool, extents before it");
    if (shape.too_long())
      fail(begin, "more dimensions than a tensor may have", fmt::format("at most {}", max_rank));
    operand.dtype = *dtype;
    if (!shape.empty())
      operand.shape = shape;
  }

  // ---- equations ----

  Line line() {
    if (at(Mark::name) && fold_named(word()))
      fail(token().begin, "a reduction stands on the left side", "Z(i, j) = ...",
           "the left side names the result and its indices; reduce on the right");
    Line line;
    line.result = take_own_name("the name of a result: Z(i, j) = ...");
    if (accept(Mark::open)) {
      while (!at(Mark::close)) {
        line.left.push_back(left_index());
        if (!at(Mark::close))
          take(Mark::comma, "`,` or `)`");
      }
      take(Mark::close, "`)`");
    }
    if (!at(Mark::assign))
      unexpected("`=`", at(Mark::equal)                         ? "an equation has one `=`"
                        : at(Mark::plus) && at(Mark::assign, 1) ? accumulation
                                                                : "");
    ++next_;
    line.body = expression();
    if (at_word("where")) {
      ++next_;
      do
        line.ranges.push_back(range());
      while (accept(Mark::comma));
    }
    return line;
  }

  // How one writes `Z(p(i)) += x(i)`.
  static constexpr const char* accumulation =
      "to add up at computed places, choose the terms: Z(k) = sum(i where p(i) == k)(x(i))";

  Named left_index() {
    if (at(Mark::name) && fold_named(word()))
      fail(token().begin, "a reduction stands on the left side", "plain indices",
           "reduce on the right side");
    Named index = take_own_name("an index");
    if (!at(Mark::comma) && !at(Mark::close))
      fail(token().begin, "the left side has plain indices only", "`,` or `)`",
           at(Mark::open)
               ? accumulation
               : "arithmetic on indices stands on the right side; ranges stand behind `where`");
    return index;
  }

  std::pair<Named, int64_t> range() {
    Named index = take_own_name("an index");
    take(Mark::less, "`<` and the extent");
    const Token number = take(Mark::number, "the extent");
    const Literal extent = literal_of(parsed_.source, number);
    if (!extent.whole || extent.integer > std::numeric_limits<int64_t>::max())
      fail(number.begin, "an extent is an integer below 2^63");
    return {std::move(index), static_cast<int64_t>(extent.integer)};
  }

  // ---- expressions ----

  // How tightly an infix operator binds; 0: none.
  static int level_of(Mark mark) {
    switch (mark) {
    case Mark::either:
      return 1;
    case Mark::both:
      return 2;
    case Mark::equal:
    case Mark::not_equal:
      return 3;
    case Mark::less:
    case Mark::less_equal:
    case Mark::greater:
    case Mark::greater_equal:
      return 4;
    case Mark::plus:
    case Mark::minus:
      return 5;
    case Mark::times:
    case Mark::divide:
    case Mark::modulo:
      return 6;
    default:
      return 0;
    }
  }

  static bool compares(Mark mark) {
    return level_of(mark) == level_of(Mark::less) || level_of(mark) == level_of(Mark::equal);
  }

  struct Nested {
    explicit Nested(Parser& parser) : parser(parser) {
      if (++parser.depth_ > deepest)
        parser.fail(parser.token().begin, "the expression is nested too deeply",
                    fmt::format("at most {} levels", deepest));
    }
    ~Nested() { --parser.depth_; }
    Parser& parser;
  };

  int expression(int lowest = 1) {
    const Nested nested(*this);
    int left = prefixed();
    int before = 0;
    for (int level = level_of(token().mark); level >= lowest; level = level_of(token().mark)) {
      const Token sign = tokens_[next_++];
      if (level == before && compares(sign.mark))
        fail(sign.begin, "comparisons do not chain", "",
             "write a < b && b < c; or brackets, to compare what a comparison gives");
      before = level;
      const int right = expression(level + 1);
      Syntax node;
      node.kind = Syntax::Kind::infix;
      node.position = sign.begin;
      node.mark = sign.mark;
      node.args = {left, right};
      left = add(std::move(node));
    }
    return left;
  }

  int prefixed() {
    if (!at(Mark::minus) && !at(Mark::negation))
      return primary();
    const Nested nested(*this);
    Syntax node;
    node.kind = at(Mark::minus) ? Syntax::Kind::negative : Syntax::Kind::negation;
    node.position = tokens_[next_++].begin;
    node.args = {prefixed()};
    return add(std::move(node));
  }

  int primary() {
    if (at(Mark::number)) {
      Syntax node;
      node.position = token().begin;
      node.number = literal_of(parsed_.source, tokens_[next_++]);
      return add(std::move(node));
    }
    if (accept(Mark::open)) {
      const int inner = expression();
      take(Mark::close, "an operator or `)`");
      return inner;
    }
    if (!at(Mark::name) || at_word("where"))
      unexpected("a number, a name or `(`", doubled(Mark::times)    ? "a power is pow(a, b)"
                                            : doubled(Mark::divide) ? "a comment starts with #"
                                                                    : "");
    return named();
  }

  // ** and //
  bool doubled(Mark mark) const { return at(mark) && next_ > 0 && tokens_[next_ - 1].mark == mark; }

  int named() {
    Syntax node;
    node.position = token().begin;
    node.word = word();
    if (node.word == "inf" || node.word == "nan") {
      node.number.real = node.word == "inf" ? std::numeric_limits<double>::infinity()
                                            : std::numeric_limits<double>::quiet_NaN();
    } else if (node.word == "true" || node.word == "false") {
      node.kind = Syntax::Kind::truth;
      node.truth = node.word == "true";
    } else if (const std::optional<Fold> fold = fold_named(node.word); fold && reduces()) {
      return reduction(*fold);
    } else if (at(Mark::open, 1)) {
      node.kind = Syntax::Kind::call;
      ++next_;
      node.args = arguments();
      return add(std::move(node));
    } else {
      if (notation::is_reserved(node.word))
        fail(node.position, fmt::format("`{}` is a function: it has arguments", node.word),
             fmt::format("{}(...)", node.word));
      node.kind = Syntax::Kind::name;
    }
    ++next_;
    return add(std::move(node));
  }

  std::vector<int> arguments() {
    std::vector<int> args;
    take(Mark::open, "`(`");
    while (!at(Mark::close)) {
      args.push_back(expression());
      if (!at(Mark::close))
        take(Mark::comma, "an operator, `,` or `)`");
    }
    take(Mark::close, "`)`");
    return args;
  }

  // max(a, b) is a function, max(i)(...) a reduction.
  bool reduces() const {
    if (!at_word("max") && !at_word("min"))
      return true;
    return at(Mark::open, 1) && tokens_[token(1).match + 1].mark == Mark::open;
  }

  // sum<f64>(l, m)(body)
  int reduction(Fold fold) {
    Syntax node;
    node.kind = Syntax::Kind::reduce;
    node.word = word();
    node.position = tokens_[next_++].begin;
    node.fold = fold;
    if (accept(Mark::less)) {
      const Named type = take_name("the accumulator's type");
      node.accumulator = type_named(type.name);
      if (!node.accumulator || (fold != Fold::sum && fold != Fold::product))
        fail(type.position,
             node.accumulator ? fmt::format("`{}` has no accumulator of its own", node.word)
                              : fmt::format("`{}` is no type", type.name),
             "sum<f64>(i)(...)");
      take(Mark::greater, "`>`");
    }
    take(Mark::open, "the indices: sum(i)(...)");
    int condition = -1;
    while (!at(Mark::close)) {
      node.indices.push_back(take_own_name("an index"));
      if (at_word("where")) {
        ++next_;
        condition = expression();
        break;
      }
      if (!at(Mark::close) && !accept(Mark::comma))
        fail(token().begin, "a reduction runs over plain indices", "`,`, `where` or `)`",
             "write sum(i)(...), its range behind `where` at the end of the line");
    }
    take(Mark::close, "`)`");
    const bool place = fold == Fold::argmax || fold == Fold::argmin;
    if (node.indices.empty() || (place && node.indices.size() > 1))
      fail(node.position,
           fmt::format("`{}` runs over {}", node.word, place ? "one index" : "at least one index"));
    if (!at(Mark::open))
      unexpected(fmt::format("what is reduced, in brackets: {}(i)(...)", node.word));
    ++next_;
    node.args = {expression()};
    if (condition >= 0)
      node.args.push_back(condition);
    take(Mark::close, "an operator or `)`");
    return add(std::move(node));
  }

  int add(Syntax node) {
    for (int arg : node.args) {
      node.depth = std::max(node.depth, parsed_[arg].depth + 1);
      node.weight += parsed_[arg].weight;
    }
    if (node.kind == Syntax::Kind::reduce &&
        (node.fold == Fold::argmax || node.fold == Fold::argmin))
      node.weight *= 4; // what is compared is written out four times
    if (node.depth > 2 * deepest || node.weight > 1e5)
      fail(node.position, "the expression is too large", "fewer terms", "divide it into equations");
    parsed_.nodes.push_back(std::move(node));
    return static_cast<int>(parsed_.nodes.size()) - 1;
  }

  Parsed parsed_;
  std::vector<Token> tokens_;
  size_t next_ = 0;
  int depth_ = 0;
};

} // namespace

Parsed parse(std::string text, std::string_view file) {
  return Parser(std::move(text), file).run();
}

} // namespace fovea::text
