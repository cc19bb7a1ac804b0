#include "dsl/equation/syntax.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cmath>

namespace fovea::text {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

class Lexer {
 public:
  explicit Lexer(const Source& source) : source_(source), text_(source.text()) {}

  std::vector<Token> run() {
    while (at_ < text_.size())
      next();
    if (!open_.empty())
      source_.fail(tokens_[open_.back()].begin,
                   {.what = "unbalanced brackets: this one is never closed", .expected = "`)`"});
    add(Mark::end, 0);
    return std::move(tokens_);
  }

 private:
  char ahead(size_t distance = 0) const {
    return at_ + distance < text_.size() ? text_[at_ + distance] : '\0';
  }

  void add(Mark mark, size_t length) {
    tokens_.push_back({mark, at_, at_ + length, 0});
    at_ += length;
  }

  void next() {
    const char c = ahead();
    if (c == ' ' || c == '\t' || c == '\r')
      ++at_;
    else if (c == '#')
      at_ = std::min(text_.find('\n', at_), text_.size());
    else if (c == '\n' || c == ';')
      separator(c);
    else if (is_digit(c) || (c == '.' && is_digit(ahead(1))))
      add(Mark::number, number_length());
    else if (is_letter(c))
      add(Mark::name, name_length());
    else
      sign(c);
  }

  // A line goes on inside brackets, after what cannot end it, and before `where`.
  void separator(char c) {
    if (c == ';' && !open_.empty())
      source_.fail(tokens_[open_.back()].begin,
                   {.what = "unbalanced brackets: this one is never closed",
                    .expected = "`)` before the end of the equation"});
    const Mark last = tokens_.empty() ? Mark::separator : tokens_.back().mark;
    const bool ends = last == Mark::name || last == Mark::number || last == Mark::close;
    if (c == ';' || (ends && open_.empty() && !where_follows()))
      add(Mark::separator, 1);
    else
      ++at_;
  }

  bool where_follows() const {
    size_t k = at_;
    while (k < text_.size() && (text_[k] == ' ' || text_[k] == '\t' || text_[k] == '\r' ||
                                text_[k] == '\n' || text_[k] == '#'))
      k = text_[k] == '#' ? std::min(text_.find('\n', k), text_.size()) : k + 1;
    return text_.compare(k, 5, "where") == 0 &&
           (k + 5 == text_.size() || !(is_letter(text_[k + 5]) || is_digit(text_[k + 5])));
  }

  size_t name_length() const {
    size_t length = 1;
    while (is_letter(ahead(length)) || is_digit(ahead(length)))
      ++length;
    return length;
  }

  size_t number_length() const {
    size_t length = 0;
    const auto digits = [&] {
      while (is_digit(ahead(length)))
        ++length;
    };
    digits();
    if (ahead(length) == '.') {
      ++length;
      digits();
    }
    if (ahead(length) == 'e' || ahead(length) == 'E') {
      const size_t sign = ahead(length + 1) == '+' || ahead(length + 1) == '-' ? 1 : 0;
      if (is_digit(ahead(length + 1 + sign))) {
        length += 1 + sign;
        digits();
      }
    }
    return length;
  }

  void sign(char c) {
    struct Sign {
      std::string_view text;
      Mark mark;
    };
    static constexpr Sign signs[] = {
        {"->", Mark::arrow},   {"<=", Mark::less_equal}, {">=", Mark::greater_equal},
        {"==", Mark::equal},   {"!=", Mark::not_equal},  {"&&", Mark::both},
        {"||", Mark::either},  {"(", Mark::open},        {")", Mark::close},
        {",", Mark::comma},    {":", Mark::colon},       {"=", Mark::assign},
        {"!", Mark::negation}, {"+", Mark::plus},        {"-", Mark::minus},
        {"*", Mark::times},    {"/", Mark::divide},      {"%", Mark::modulo},
        {"<", Mark::less},     {">", Mark::greater}};
    for (const Sign& sign : signs)
      if (text_.compare(at_, sign.text.size(), sign.text) == 0) {
        bracket(sign.mark);
        return add(sign.mark, sign.text.size());
      }
    source_.fail(at_, {.what = "a character that no equation has", .hint = hint_for(c)});
  }

  // What it stands for elsewhere.
  static const char* hint_for(char c) {
    switch (c) {
    case '[':
    case ']':
    case '{':
    case '}':
      return "brackets are round";
    case '^':
      return "a power is pow(a, b)";
    case '?':
      return "a choice is select(condition, a, b)";
    case '&':
      return "conditions are joined by &&";
    case '|':
      return "conditions are joined by ||; an absolute value is abs(a)";
    default:
      return (c & 0x80) == 0 && c != '\'' ? "" : "names are of a to z, A to Z, digits and _";
    }
  }

  void bracket(Mark mark) {
    const size_t number = tokens_.size();
    if (mark == Mark::open) {
      open_.push_back(number);
    } else if (mark == Mark::close) {
      if (open_.empty())
        source_.fail(at_, {.what = "unbalanced brackets: this one was never opened"});
      close_[open_.back()] = number;
      open_.pop_back();
    }
  }

 public:
  std::map<size_t, size_t> close_; // of each opening bracket

 private:
  const Source& source_;
  const std::string& text_;
  size_t at_ = 0;
  std::vector<Token> tokens_;
  std::vector<size_t> open_;
};

} // namespace

std::vector<Token> tokens_of(const Source& source) {
  Lexer lexer(source);
  std::vector<Token> tokens = lexer.run();
  for (const auto& [open, close] : lexer.close_) {
    tokens[open].match = close;
    tokens[close].match = open;
  }
  return tokens;
}

Literal literal_of(const Source& source, const Token& token) {
  const std::string_view digits =
      std::string_view(source.text()).substr(token.begin, token.end - token.begin);
  Literal literal;
  const std::from_chars_result read =
      std::from_chars(digits.data(), digits.data() + digits.size(), literal.real);
  if (read.ec != std::errc())
    source.fail(token.begin, {.what = "a number beyond the range of a 64-bit float"});
  if (digits.find_first_not_of("0123456789") != std::string_view::npos)
    return literal;
  literal.whole = true;
  for (char c : digits) {
    literal.integer = literal.integer * 10 + (c - '0');
    if (literal.integer > Wide{1} << 64)
      source.fail(token.begin, {.what = "an integer beyond 64 bits",
                                .hint = fmt::format("as a float it is {:e}", literal.real)});
  }
  return literal;
}

Literal negated(const Literal& literal) {
  return {-literal.real, literal.whole, -literal.integer};
}

std::optional<Literal> folded(Mark sign, const Literal& a, const Literal& b) {
  const bool whole = a.whole && b.whole;
  Literal result{0, whole, 0};
  switch (sign) {
  case Mark::plus:
    result = {a.real + b.real, whole, a.integer + b.integer};
    break;
  case Mark::minus:
    result = {a.real - b.real, whole, a.integer - b.integer};
    break;
  case Mark::times: {
    // Factors of at most 2^64 each: the product fits where it is at most 2^64 itself.
    if (whole && std::abs(a.real * b.real) > 0x1p64)
      return std::nullopt;
    result = {a.real * b.real, whole, whole ? a.integer * b.integer : 0};
    break;
  }
  case Mark::divide: // a fraction, as in a textbook: 1/2 is a half
    if (b.real == 0)
      return std::nullopt;
    result.whole = whole && a.integer % b.integer == 0;
    result.integer = result.whole ? a.integer / b.integer : 0;
    result.real = a.real / b.real;
    break;
  case Mark::modulo:
    if (!whole || b.integer <= 0)
      return std::nullopt;
    result.integer = (a.integer % b.integer + b.integer) % b.integer;
    result.real = static_cast<double>(result.integer);
    break;
  default:
    return std::nullopt;
  }
  if (result.whole && (result.integer > Wide{1} << 64 || result.integer < -(Wide{1} << 64)))
    return std::nullopt;
  return result;
}

} // namespace fovea::text
