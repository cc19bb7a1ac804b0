// What each name of a text stands for: an index, an operand, the result of an earlier equation.
#include "dsl/equation/syntax.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace fovea::text {
namespace {

class Resolver {
 public:
  explicit Resolver(Parsed& parsed) : parsed_(parsed) {}

  void run() {
    for (size_t k = 0; k < parsed_.operands.size(); ++k)
      if (!operands_.emplace(parsed_.operands[k].named.name, static_cast<int>(k)).second)
        fail(parsed_.operands[k].named, "is an operand twice");
    for (const Line& line : parsed_.lines) {
      if (operands_.count(line.result.name))
        fail(line.result, "is an operand, and defined by an equation");
      if (!defined_.insert(line.result.name).second)
        fail(line.result, "is defined twice");
    }
    for (size_t k = 0; k < parsed_.lines.size(); ++k) {
      resolve(parsed_.lines[k]);
      lines_[parsed_.lines[k].result.name] = static_cast<int>(k);
    }
    find_results();
  }

 private:
  [[noreturn]] void fail(const Named& named, const char* what, std::string expected = "",
                         std::string hint = "") const {
    parsed_.source.fail(named.position, {.what = fmt::format("'{}' {}", named.name, what),
                                         .expected = std::move(expected),
                                         .hint = std::move(hint)});
  }
  [[noreturn]] void fail(size_t position, std::string what, std::string expected = "",
                         std::string hint = "") const {
    parsed_.source.fail(
        position,
        {.what = std::move(what), .expected = std::move(expected), .hint = std::move(hint)});
  }

  void resolve(Line& line) {
    line_ = &line;
    bound_.clear();
    uses_.clear();
    if (line.left.size() > static_cast<size_t>(max_rank))
      fail(line.result, "has more dimensions than a tensor may have",
           fmt::format("at most {}", max_rank));
    bind(line.left);
    visit(line.body, false);
    for (const auto& [index, extent] : line.ranges) {
      if (!line.symbols.count(index.name))
        fail(index, "has a range, but is no index of the equation");
      const auto [place, inserted] = line.extents.emplace(index.name, extent);
      if (!inserted && place->second != extent)
        fail(index, "has two ranges", std::to_string(place->second));
    }
  }

  // The indices of one left side or one reduction. A reduction's hide those around it.
  void bind(const std::vector<Named>& indices) {
    std::set<std::string> names;
    for (const Named& index : indices) {
      if (!names.insert(index.name).second)
        fail(index, "is bound twice", "each index once");
      bound_.insert(index.name);
      const int symbol = static_cast<int>(line_->symbols.size());
      line_->symbols.emplace(index.name, symbol);
    }
  }

  // ---- expressions ----

  // `in_subscript`: a bare name that nothing defines is an index that somebody forgot.
  void visit(int number, bool in_subscript) {
    Syntax& node = parsed_[number];
    switch (node.kind) {
    case Syntax::Kind::number:
      node.kind_of_value = Class::literal;
      break;
    case Syntax::Kind::truth:
      break;
    case Syntax::Kind::name:
      visit_name(node, in_subscript);
      break;
    case Syntax::Kind::call:
      visit_call(number);
      break;
    case Syntax::Kind::reduce:
      visit_reduction(node);
      break;
    case Syntax::Kind::negation:
      visit(node.args[0], false);
      break;
    case Syntax::Kind::negative: {
      visit(node.args[0], in_subscript);
      const Syntax& inner = parsed_[node.args[0]];
      node.kind_of_value = inner.kind_of_value;
      node.number = negated(inner.number);
      break;
    }
    case Syntax::Kind::infix:
      visit(node.args[0], in_subscript);
      visit(node.args[1], in_subscript);
      classify(node);
      break;
    }
  }

  void classify(Syntax& node) {
    const Syntax &a = parsed_[node.args[0]], &b = parsed_[node.args[1]];
    if (a.kind_of_value == Class::value || b.kind_of_value == Class::value ||
        node.mark < Mark::plus || node.mark > Mark::modulo)
      return;
    if (a.kind_of_value == Class::literal && b.kind_of_value == Class::literal) {
      const std::optional<Literal> number = folded(node.mark, a.number, b.number);
      if (!number)
        fail(node.position, node.mark == Mark::divide || node.mark == Mark::modulo
                                ? "a division by zero, or a remainder that is none"
                                : "integers beyond 64 bits");
      node.kind_of_value = Class::literal;
      node.number = *number;
      return;
    }
    const auto whole = [](const Syntax& part) {
      return part.kind_of_value == Class::literal && part.number.whole;
    };
    const auto fits = [&](const Syntax& part) {
      return part.kind_of_value == Class::index || whole(part);
    };
    bool is_index = fits(a) && fits(b);
    if (node.mark == Mark::times)
      is_index = is_index && (whole(a) || whole(b));
    if (node.mark == Mark::divide || node.mark == Mark::modulo)
      is_index = is_index && whole(b) && b.number.integer > 0;
    node.kind_of_value = is_index ? Class::index : Class::loose;
  }

  void visit_name(Syntax& node, bool in_subscript) {
    if (bound_.count(node.word)) {
      node.kind_of_value = Class::index;
      ++uses_[node.word];
      return;
    }
    refuse_recursion(node);
    if (const auto line = lines_.find(node.word); line != lines_.end())
      return read_line(node, line->second);
    if (const auto operand = operands_.find(node.word);
        operand != operands_.end() &&
        may_be_scalar(parsed_.operands[static_cast<size_t>(operand->second)]))
      return read_operand(node, operand->second);
    if (in_subscript)
      fail(node.position, fmt::format("the index '{}' is bound nowhere", node.word),
           "an index of the left side, or of a reduction around it");
    fail(node.position, fmt::format("the name '{}' is unknown", node.word),
         "an index, the result of an earlier equation, or a declared scalar",
         fmt::format("a tensor is read with subscripts, a scalar as {}()", node.word));
  }

  static bool may_be_scalar(const OperandSyntax& operand) {
    return operand.rank == 0 || (operand.rank < 0 && !operand.shape);
  }

  void refuse_recursion(const Syntax& node) const {
    if (node.word == line_->result.name)
      fail(node.position, fmt::format("a recursive definition: '{}' reads itself", node.word),
           "operands and the results of earlier equations");
    if (defined_.count(node.word) && !lines_.count(node.word))
      fail(node.position, fmt::format("'{}' is read before its equation", node.word),
           "operands and the results of earlier equations",
           "write its equation first; a recursive definition has no value");
  }

  void visit_call(int number) {
    // Visiting does not add nodes, so references stay.
    Syntax& node = parsed_[number];
    if (rule_named(node.word))
      fail(node.position,
           fmt::format("the boundary rule `{}` stands around no subscript", node.word),
           fmt::format("V({}(i - 1))", node.word));
    if (node.word == "value" || type_named(node.word))
      return visit_arguments(node, 1);
    if (const std::optional<ScalarOp> op = function_named(node.word))
      return visit_arguments(node, operand_count(*op));
    if (node.args.size() > static_cast<size_t>(max_rank))
      fail(node.position, "more dimensions than a tensor may have",
           fmt::format("at most {}", max_rank));
    for (int arg : node.args)
      visit_subscript(arg);
    refuse_recursion(node);
    if (const auto line = lines_.find(node.word); line != lines_.end())
      return read_line(node, line->second);
    auto operand = operands_.find(node.word);
    if (operand == operands_.end()) {
      refuse_function(node);
      if (parsed_.has_header)
        fail(node.position, fmt::format("the name '{}' is unknown", node.word),
             "an operand of the first line, the result of an earlier equation, or a function");
      operand = operands_.emplace(node.word, static_cast<int>(parsed_.operands.size())).first;
      parsed_.operands.push_back({.named = {node.word, node.position}});
    }
    read_operand(node, operand->second);
  }

  // relu(x(i)) would be a tensor that is read at a computed place.
  void refuse_function(const Syntax& node) const {
    const std::string_view instead = written_for(node.word);
    const bool is_called = std::ranges::any_of(node.args, [&](int arg) {
      return parsed_[arg].kind != Syntax::Kind::call || !rule_named(parsed_[arg].word)
                 ? parsed_[arg].kind_of_value == Class::value
                 : false;
    });
    if (!instead.empty() && is_called)
      fail(node.position, fmt::format("there is no function `{}`", node.word), "",
           fmt::format("write {}", instead));
  }

  void visit_arguments(Syntax& node, int count) {
    if (static_cast<int>(node.args.size()) != count)
      fail(node.position, fmt::format("`{}` with {} arguments", node.word, node.args.size()),
           std::to_string(count));
    for (int arg : node.args)
      visit(arg, false);
    if (node.word != "value")
      return;
    const Syntax& index = parsed_[node.args[0]];
    if (index.kind_of_value != Class::index &&
        !(index.kind_of_value == Class::literal && index.number.whole))
      refuse_index(node.args[0]);
  }

  void visit_subscript(int number) {
    Syntax& node = parsed_[number];
    int place = number;
    if (node.kind == Syntax::Kind::call && rule_named(node.word)) {
      const size_t count = node.word == "constant" ? 2 : 1;
      if (node.args.size() != count)
        fail(node.position, fmt::format("`{}` with {} arguments", node.word, node.args.size()),
             count == 2 ? "constant(index, value)" : fmt::format("{}(index)", node.word));
      place = node.args[0];
      if (count == 2)
        visit(node.args[1], false);
    }
    visit(place, true);
    const Syntax& index = parsed_[place];
    if (index.kind_of_value == Class::loose ||
        (index.kind_of_value == Class::literal && !index.number.whole))
      refuse_index(place);
  }

  // Says why arithmetic of indices is no index expression.
  [[noreturn]] void refuse_index(int number) const {
    const Syntax& node = parsed_[number];
    if (node.kind_of_value == Class::literal)
      fail(node.position, "an index is an integer", "", "i64(...) makes one of a float");
    for (int arg : node.args)
      if (parsed_[arg].kind_of_value == Class::loose)
        refuse_index(arg);
    if (node.kind == Syntax::Kind::infix && node.mark == Mark::times)
      fail(node.position, "a product of indices is no subscript", "an index times an integer",
           "value(i)*value(j) is a computed place");
    if (node.kind == Syntax::Kind::infix &&
        (node.mark == Mark::divide || node.mark == Mark::modulo))
      fail(parsed_[node.args[1]].position, "the divisor of an index is not a constant > 0",
           "i/2, i%3: an integer > 0");
    for (int arg : node.args)
      if (parsed_[arg].kind_of_value == Class::literal && !parsed_[arg].number.whole)
        refuse_index(arg);
    fail(node.position, "this is no index expression", "indices and integers with + - * / %");
  }

  bool is_stated(const Named& index) const {
    return std::any_of(line_->ranges.begin(), line_->ranges.end(),
                       [&](const auto& range) { return range.first.name == index.name; });
  }

  void visit_reduction(Syntax& node) {
    std::vector<std::pair<bool, int>> outside; // bound there, and used there
    for (const Named& index : node.indices)
      outside.emplace_back(bound_.count(index.name) != 0, uses_[index.name]);
    bind(node.indices);
    for (int arg : node.args)
      visit(arg, false);
    for (size_t k = 0; k < node.indices.size(); ++k) {
      const Named& index = node.indices[k];
      const auto& [is_bound, uses] = outside[k];
      if (!is_bound)
        bound_.erase(index.name);
      if (uses_[index.name] == uses && !is_stated(index))
        fail(index, "does not occur in what is reduced",
             "a reduced index, or one of a stated range",
             "every term would be the same; leave the index out");
      uses_[index.name] = uses; // a use inside is none outside
    }
  }

  // ---- reads ----

  void check_rank(const Syntax& node, size_t rank, const char* because) const {
    if (node.args.size() != rank)
      fail(node.position,
           fmt::format("'{}' is read with {} subscripts", node.word, node.args.size()),
           fmt::format("{}, {}", rank, because));
  }

  void read_line(Syntax& node, int line) {
    node.line = line;
    check_rank(node, parsed_.lines[static_cast<size_t>(line)].left.size(),
               "as its equation has on the left side");
  }

  void read_operand(Syntax& node, int number) {
    OperandSyntax& operand = parsed_.operands[static_cast<size_t>(number)];
    node.operand = number;
    const int rank = static_cast<int>(node.args.size());
    if (operand.shape)
      check_rank(node, static_cast<size_t>(operand.shape->rank()), "as it is declared");
    else if (operand.rank >= 0)
      check_rank(node, static_cast<size_t>(operand.rank), "as where it is read first");
    if (operand.rank < 0 && !operand.declared)
      operand.named.position = node.position;
    operand.rank = rank;
  }

  void find_results() {
    std::set<int> read;
    for (const Syntax& node : parsed_.nodes)
      read.insert(node.line);
    for (int k = 0; k < static_cast<int>(parsed_.lines.size()); ++k)
      if (parsed_.stated_results.empty() && !read.count(k))
        parsed_.results.push_back(k);
    for (const Named& result : parsed_.stated_results) {
      const auto line = lines_.find(result.name);
      if (line == lines_.end())
        fail(result, "is no equation's result");
      parsed_.results.push_back(line->second);
    }
    if (!parsed_.has_header)
      parsed_.name = parsed_.lines[static_cast<size_t>(parsed_.results[0])].result.name;
  }

  Parsed& parsed_;
  std::map<std::string, int> operands_, lines_; // lines: those before the current one
  std::set<std::string> defined_;               // by any line
  Line* line_ = nullptr;
  std::set<std::string> bound_; // indices, here
  std::map<std::string, int> uses_;
};

} // namespace

void resolve_names(Parsed& parsed) {
  Resolver(parsed).run();
}

} // namespace fovea::text
