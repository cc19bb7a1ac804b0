#include "compiler/catalogue/directives.hpp"

#include <fovea/catalogue/schedule.hpp>
#include <fovea/error.hpp>

#include <algorithm>
#include <charconv>

namespace fovea::catalogue {
namespace {

bool is_word_start(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_word(char c) {
  return is_word_start(c) || is_digit(c);
}

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  std::vector<StageSchedule> stages() {
    std::vector<StageSchedule> result;
    for (skip_blanks(); !at_end(); skip_blanks())
      result.push_back(stage());
    return result;
  }

 private:
  StageSchedule stage() {
    StageSchedule result;
    result.position = position();
    result.stage = word("a stage's name");
    result.update = std::max(optional_update(), 0);
    expect(':', "':' after stage '" + result.stage + "'");
    for (skip_blanks(); !at_end() && !at_stage(); skip_blanks())
      result.directives.push_back(directive());
    return result;
  }

  // Is `name [.update] :` next?
  bool at_stage() {
    const size_t start = at_;
    while (!at_end() && is_word(text_[at_]))
      ++at_;
    if (!at_end() && text_[at_] == '.')
      for (++at_; !at_end() && is_digit(text_[at_]);)
        ++at_;
    skip_blanks();
    const bool found = !at_end() && text_[at_] == ':';
    at_ = start;
    return found;
  }

  Directive directive() {
    Directive result;
    result.position = position();
    result.name = word("a directive or a stage");
    const DirectiveInfo* info = known_directive(result);
    skip_blanks();
    if (!at_end() && text_[at_] == '(') {
      ++at_;
      skip_blanks();
      if (!at_end() && text_[at_] == ')')
        ++at_;
      else
        arguments(result);
    }
    check(result, *info);
    return result;
  }

  void arguments(Directive& directive) {
    for (;;) {
      directive.arguments.push_back(argument());
      skip_blanks();
      if (!at_end() && text_[at_] == ',') {
        ++at_;
        continue;
      }
      expect(')', "',' or ')' among the arguments of " + directive.name);
      return;
    }
  }

  ScheduleArgument argument() {
    skip_blanks();
    ScheduleArgument result;
    if (!at_end() && (is_digit(text_[at_]) || text_[at_] == '-')) {
      result.number = number();
      return result;
    }
    result.word = word("a name or a number");
    result.update = optional_update();
    return result;
  }

  const DirectiveInfo* known_directive(const Directive& directive) const {
    const std::string& name = directive.name;
    if (const DirectiveInfo* info = find_directive(name))
      return info;
    if (is_reserved_directive(name))
      fail(directive.position, "'" + name + "' is reserved for GPU targets", "a directive for CPUs",
           name, "use `parallel` and `vectorize`");
    fail(directive.position, "there is no directive '" + name + "'",
         "one of " + listed(directive_names()), "'" + name + "'",
         nearest_hint(name, directive_names()));
  }

  void check(const Directive& directive, const DirectiveInfo& info) const {
    const size_t count = directive.arguments.size();
    // Several dimensions, and no factor.
    const bool dimensions_only = (info.name == "vectorize" || info.name == "unroll") && count > 1 &&
                                 !directive.arguments[1].is_number();
    const bool any_number = info.repeats || dimensions_only;
    if (count < info.required || (!any_number && count > info.arguments.size()))
      fail(directive.position, directive.name + ": wrong number of arguments", expected_count(info),
           std::to_string(count), "");
    for (size_t k = 0; k < count; ++k) {
      const size_t kind = any_number ? 0 : k;
      check(directive, directive.arguments[k], info.arguments[kind]);
    }
  }

  static std::string expected_count(const DirectiveInfo& info) {
    if (info.repeats)
      return std::to_string(info.required) + " or more";
    const size_t most = info.arguments.size();
    return info.required == most ? std::to_string(most)
                                 : std::to_string(info.required) + " to " + std::to_string(most);
  }

  void check(const Directive& directive, const ScheduleArgument& argument,
             ArgumentKind kind) const {
    const std::string got =
        argument.is_number() ? std::to_string(argument.number) : "'" + argument.word + "'";
    const auto among = [&](const std::vector<std::string>& words, const std::string& what) {
      if (std::find(words.begin(), words.end(), argument.word) == words.end()) {
        fail(directive.position, directive.name + ": there is no " + what + " " + got,
             "one of " + listed(words), got, nearest_hint(argument.word, words));
      }
    };
    if (kind == ArgumentKind::number) {
      if (!argument.is_number())
        fail(directive.position, directive.name + ": not a number", "a number", got, "");
      return;
    }
    if (argument.is_number())
      fail(directive.position, directive.name + ": not a name", "a name", got, "");
    if (kind == ArgumentKind::tail)
      among(tail_names(), "tail");
    if (kind == ArgumentKind::memory && is_reserved_memory(argument.word))
      fail(directive.position, "memory '" + argument.word + "' is reserved for GPU targets",
           "one of " + listed(memory_names()), got, "use `stack`");
    if (kind == ArgumentKind::memory)
      among(memory_names(), "memory");
    if (argument.update >= 0 && kind != ArgumentKind::stage)
      fail(directive.position, directive.name + ": only a stage has updates", "a plain name",
           got + " with an update", "");
  }

  void skip_blanks() {
    for (; !at_end(); ++at_) {
      const char c = text_[at_];
      if (c == '#')
        at_ = std::min(text_.find('\n', at_), text_.size() - 1);
      else if (c != ' ' && c != '\t' && c != '\n' && c != '\r' && c != ';')
        return;
    }
  }

  std::string word(const std::string& expected) {
    skip_blanks();
    if (at_end() || !is_word_start(text_[at_]))
      fail(position(), "malformed schedule", expected, here(), "");
    const size_t start = at_;
    while (!at_end() && is_word(text_[at_]))
      ++at_;
    return std::string(text_.substr(start, at_ - start));
  }

  int optional_update() {
    if (at_end() || text_[at_] != '.')
      return -1;
    ++at_;
    const int64_t update = number();
    if (update < 0 || update > 1000)
      fail(position(), "malformed schedule", "an update's number", std::to_string(update), "");
    return static_cast<int>(update);
  }

  int64_t number() {
    int64_t value = 0;
    const auto [end, failure] =
        std::from_chars(text_.data() + at_, text_.data() + text_.size(), value);
    if (failure != std::errc())
      fail(position(), "malformed schedule", "a number of at most 64 bits", here(), "");
    at_ = static_cast<size_t>(end - text_.data());
    if (!at_end() && is_word_start(text_[at_]))
      fail(position(), "malformed schedule", "an end of the number", here(), "");
    return value;
  }

  void expect(char c, const std::string& expected) {
    skip_blanks();
    if (at_end() || text_[at_] != c)
      fail(position(), "malformed schedule", expected, here(), "");
    ++at_;
  }

  bool at_end() const { return at_ >= text_.size(); }

  std::string here() const {
    if (at_end())
      return "the end of the text";
    return "'" + std::string(text_.substr(at_, std::min<size_t>(12, text_.find('\n', at_) - at_))) +
           "'";
  }

  SchedulePosition position() const {
    SchedulePosition result{1, 1};
    for (const char c : text_.substr(0, at_)) {
      ++result.column;
      if (c == '\n')
        result = {result.line + 1, 1};
    }
    return result;
  }

  [[noreturn]] void fail(SchedulePosition position, const std::string& what,
                         const std::string& expected, const std::string& got,
                         const std::string& hint) const {
    throw Error({.what = "schedule " + std::to_string(position.line) + ":" +
                         std::to_string(position.column) + ": " + what,
                 .expected = expected,
                 .got = got,
                 .hint = hint});
  }

  std::string_view text_;
  size_t at_ = 0;
};

std::string stage_text(const std::string& name, int update) {
  return update > 0 ? name + "." + std::to_string(update) : name;
}

std::string argument_text(const ScheduleArgument& argument) {
  if (argument.is_number())
    return std::to_string(argument.number);
  return argument.update >= 0 ? argument.word + "." + std::to_string(argument.update)
                              : argument.word;
}

} // namespace

Schedule Schedule::parse(std::string_view text) {
  return Schedule(Parser(text).stages());
}

std::string Schedule::to_string() const {
  std::string text;
  for (const StageSchedule& stage : stages_) {
    text += stage_text(stage.stage, stage.update) + ":";
    for (const Directive& directive : stage.directives) {
      text += " " + directive.name;
      for (size_t k = 0; k < directive.arguments.size(); ++k)
        text += (k ? ", " : "(") + argument_text(directive.arguments[k]);
      text += directive.arguments.empty() ? "" : ")";
    }
    text += "\n";
  }
  return text;
}

} // namespace fovea::catalogue
