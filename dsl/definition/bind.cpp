// From equations as written to a Definition: ranges of indices are inferred and checked, nested
// reductions become equations of their own, symbols become numbers.
#include "dsl/definition/saturating.hpp"

#include <fovea/equation/statement.hpp>
#include <fovea/error.hpp>
#include <fovea/op/shape_rule.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

namespace fovea {
namespace {

std::string symbol_name(int symbol, bool in_pack) {
  std::string name(1, static_cast<char>(symbol / 16));
  return in_pack ? name + std::to_string(symbol % 16) : name;
}

class Binder {
 public:
  Binder(std::string name, std::vector<Operand> operands, SourceLocation location)
      : location_(location) {
    definition_.name = std::move(name);
    definition_.operands = std::move(operands);
  }

  Definition run(const std::vector<StatementPtr>& results) {
    for (const StatementPtr& result : results)
      definition_.results.push_back(equation_of(result) -
                                    static_cast<int>(definition_.operands.size()));
    return std::move(definition_);
  }

 private:
  using Ranges = std::map<int, int64_t>; // symbol -> extent
  using Numbers = std::map<int, int>;    // symbol -> index number in the current equation

  [[noreturn]] void fail(std::string what, std::string expected, std::string got,
                         std::string hint) const {
    throw Error({.what = fmt::format("equation '{}': {}", definition_.name, what),
                 .where = location_,
                 .expected = std::move(expected),
                 .got = std::move(got),
                 .hint = std::move(hint)});
  }

  std::string name_of_symbol(int symbol) const {
    // A letter is a pack where its second component occurs too.
    return symbol_name(symbol, packs_.count(symbol / 16) != 0);
  }

  std::string tensor_name(int tensor) const {
    const auto count = static_cast<int>(definition_.operands.size());
    return tensor < count ? definition_.operands[static_cast<size_t>(tensor)].name
                          : definition_.equations[static_cast<size_t>(tensor - count)].name;
  }

  int tensor_of(const Node& read) { return read.source ? equation_of(read.source) : read.tensor; }

  // The tensor number of a statement's result; binds it when first met.
  int equation_of(const StatementPtr& statement) {
    auto known = bound_.find(statement.get());
    if (known != bound_.end())
      return known->second;
    for_each_node(statement->body, [&](const Node& node) {
      if (node.kind != Node::Kind::read)
        return;
      const int tensor = tensor_of(node);
      const int rank = definition_.type_of(tensor).shape.rank();
      if (rank != static_cast<int>(node.subscripts.size()))
        fail(fmt::format("tensor '{}' is read with {} subscripts", tensor_name(tensor),
                         node.subscripts.size()),
             fmt::format("{}, one per dimension of {}", rank,
                         to_string(definition_.type_of(tensor).shape)),
             std::to_string(node.subscripts.size()), "");
    });
    note_packs(*statement);
    const int tensor = lower(*statement);
    bound_[statement.get()] = tensor;
    keep_.push_back(statement);
    return tensor;
  }

  void note_packs(const Statement& statement) {
    auto note = [&](int symbol) {
      if (symbol % 16 != 0)
        packs_.insert(symbol / 16);
    };
    for (int symbol : statement.left)
      note(symbol);
    for_each_node(statement.body, [&](const Node& node) {
      for (int symbol : node.reduced)
        note(symbol);
    });
  }

  // ---- ranges ----

  void set_range(Ranges& ranges, int symbol, int64_t extent, const std::string& where) const {
    auto [place, inserted] = ranges.emplace(symbol, extent);
    if (!inserted && place->second != extent)
      fail(fmt::format("index {} has two ranges", name_of_symbol(symbol)),
           fmt::format("{}", place->second), fmt::format("{} from {}", extent, where),
           "dimensions read by the same index alone have the same extent");
  }

  // Ranges of `symbols` from the dimensions of `body` where one stands alone. Reductions inside
  // that reuse a letter hide it.
  void infer_alone(const Expr& body, const std::set<int>& symbols, Ranges& ranges) {
    if (body->kind == Node::Kind::reduce) {
      std::set<int> visible = symbols;
      for (int symbol : body->reduced)
        visible.erase(symbol);
      infer_alone(body->args[0], visible, ranges);
      return;
    }
    for (const Expr& arg : body->args)
      infer_alone(arg, symbols, ranges);
    for (size_t d = 0; d < body->subscripts.size(); ++d) {
      const Subscript& subscript = body->subscripts[d];
      for (const Expr* part : {&subscript.computed, &subscript.fill})
        if (*part)
          infer_alone(*part, symbols, ranges);
      const auto& terms = subscript.index.terms;
      if (terms.size() != 1 || !subscript.index.is_index(terms[0].index) ||
          !symbols.count(terms[0].index) || subscript.boundary != Boundary::none)
        continue;
      const int tensor = tensor_of(*body);
      const int64_t extent = definition_.type_of(tensor).shape[static_cast<int>(d)];
      // A dimension of extent 1 says nothing where a range is stated: it would be an escape.
      set_range(ranges, terms[0].index, extent,
                fmt::format("dimension {} of '{}'", d, tensor_name(tensor)));
    }
  }

  // The largest extent of each open symbol that keeps the unguarded reads inside.
  void infer_maximal(const Expr& body, const std::set<int>& open, const Ranges& known,
                     std::map<int, int64_t>& limits) {
    if (body->kind == Node::Kind::reduce) {
      Ranges inner = known;
      for (const auto& [symbol, extent] : reduction_ranges(*body))
        inner[symbol] = extent;
      infer_maximal(body->args[0], open, inner, limits);
      return;
    }
    for (const Expr& arg : body->args)
      infer_maximal(arg, open, known, limits);
    for (size_t d = 0; d < body->subscripts.size(); ++d) {
      const Subscript& subscript = body->subscripts[d];
      if (subscript.computed)
        infer_maximal(subscript.computed, open, known, limits);
      if (subscript.boundary == Boundary::none)
        limit_by(subscript.index, definition_.type_of(tensor_of(*body)).shape[static_cast<int>(d)],
                 open, known, limits);
    }
  }

  void limit_by(const IndexExpr& index, int64_t extent, const std::set<int>& open,
                const Ranges& known, std::map<int, int64_t>& limits) {
    int free_symbol = -1;
    int64_t coefficient = 0, rest = index.constant;
    for (const IndexTerm& term : index.terms) {
      if (term.kind == IndexTerm::Kind::index && open.count(term.index)) {
        if (free_symbol >= 0)
          return; // two open indices in one subscript: this read decides neither
        free_symbol = term.index;
        coefficient = term.coefficient;
      } else if (term.kind == IndexTerm::Kind::index && known.count(term.index)) {
        rest = saturating::add(
            rest,
            std::max<int64_t>(0, saturating::multiply(term.coefficient, known.at(term.index) - 1)));
      } else if (term.kind == IndexTerm::Kind::mod) {
        rest = saturating::add(
            rest, std::max<int64_t>(0, saturating::multiply(term.coefficient, term.divisor - 1)));
      } else {
        return;
      }
    }
    if (free_symbol < 0 || coefficient <= 0)
      return;
    const int64_t room = saturating::add(extent - 1, saturating::multiply(rest, -1));
    const int64_t limit = saturating::add(saturating::floor_quotient(room, coefficient), 1);
    auto [place, inserted] = limits.emplace(free_symbol, limit);
    if (!inserted)
      place->second = std::min(place->second, limit);
  }

  Ranges reduction_ranges(const Node& reduction) {
    Ranges ranges;
    std::set<int> symbols;
    for (size_t k = 0; k < reduction.reduced.size(); ++k) {
      symbols.insert(reduction.reduced[k]);
      if (reduction.reduced_extents[k] >= 0)
        ranges[reduction.reduced[k]] = reduction.reduced_extents[k];
    }
    infer_alone(reduction.args[0], symbols, ranges);
    for (int symbol : reduction.reduced) {
      if (!ranges.count(symbol))
        fail(fmt::format("the range of the reduction index {} is unknown", name_of_symbol(symbol)),
             "a dimension that it reads alone, or a stated range", "neither",
             fmt::format("write {}.range(n)", name_of_symbol(symbol)));
      check_extent(symbol, ranges[symbol]);
    }
    return ranges;
  }

  void check_extent(int symbol, int64_t extent) const {
    if (extent < 1)
      fail(fmt::format("index {} has an empty range", name_of_symbol(symbol)), "extent >= 1",
           std::to_string(extent), "the tensors read by it are too small");
  }

  Ranges free_ranges(const Statement& statement) {
    Ranges ranges;
    std::set<int> symbols(statement.left.begin(), statement.left.end());
    for (size_t k = 0; k < statement.left.size(); ++k)
      if (statement.left_extents[k] >= 0)
        ranges[statement.left[k]] = statement.left_extents[k];
    // A stated range may be shorter than the dimension: escapes are checked below.
    Ranges alone;
    std::set<int> open;
    for (int symbol : symbols)
      if (!ranges.count(symbol))
        open.insert(symbol);
    infer_alone(statement.body, open, alone);
    ranges.insert(alone.begin(), alone.end());
    for (const auto& [symbol, extent] : alone)
      open.erase(symbol);
    std::map<int, int64_t> limits;
    infer_maximal(statement.body, open, ranges, limits);
    for (int symbol : open) {
      if (!limits.count(symbol))
        fail(fmt::format("the range of index {} is unknown", name_of_symbol(symbol)),
             "an unguarded read that limits it, or a stated range", "neither",
             fmt::format("write {}.range(n) on the left side", name_of_symbol(symbol)));
      ranges[symbol] = limits[symbol];
    }
    for (const auto& [symbol, extent] : ranges)
      check_extent(symbol, extent);
    return ranges;
  }

  // ---- lowering ----

  // One equation under construction: its symbols with their numbers and ranges.
  struct Frame {
    std::vector<int> free;    // symbols
    std::vector<int> reduced; // symbols
    Ranges ranges;

    Numbers numbers() const {
      Numbers numbers;
      for (int symbol : free)
        numbers.emplace(symbol, static_cast<int>(numbers.size()));
      for (int symbol : reduced)
        numbers[symbol] = static_cast<int>(numbers.size());
      return numbers;
    }
  };

  int lower(const Statement& statement) {
    Frame frame{statement.left, {}, free_ranges(statement)};
    const Node& body = *statement.body;
    if (body.kind == Node::Kind::reduce && !body.mean)
      return reduce(statement.name, frame, body);
    return add(statement.name, frame, std::nullopt, lower(statement.body, frame));
  }

  // Adds the equation name(free of `frame`) = reduction; returns its tensor.
  int reduce(const std::string& name, Frame frame, const Node& reduction) {
    for (const auto& [symbol, extent] : reduction_ranges(reduction))
      frame.ranges[symbol] = extent;
    frame.reduced = reduction.reduced;
    Expr body = lower(reduction.args[0], frame);
    return add(name, frame, reduction.reduce, std::move(body));
  }

  int add(const std::string& name, const Frame& frame, std::optional<ReduceKind> kind, Expr body) {
    Equation equation;
    equation.name = name;
    equation.type = body->type;
    equation.reduction = kind;
    equation.accumulator = kind && (*kind == ReduceKind::sum || *kind == ReduceKind::product)
                               ? accumulator_of(body->type)
                               : body->type;
    for (int symbol : frame.free)
      equation.free.push_back({name_of_symbol(symbol), frame.ranges.at(symbol)});
    for (int symbol : frame.reduced)
      equation.reduced.push_back({name_of_symbol(symbol), frame.ranges.at(symbol)});
    equation.body = std::move(body);
    if (const ShapeError error = check_result({equation.type, equation.shape()}); error.what)
      fail(fmt::format("'{}': {}", name, render(error.what, error, {})),
           render(error.expected, error, {}), render(error.got, error, {}), "");
    definition_.equations.push_back(std::move(equation));
    return definition_.tensor_of_equation(static_cast<int>(definition_.equations.size()) - 1);
  }

  IndexExpr renumber(const IndexExpr& expr, const Numbers& numbers) const {
    IndexExpr result{expr.constant, {}};
    for (const IndexTerm& term : expr.terms) {
      if (term.kind == IndexTerm::Kind::index)
        result = result + IndexExpr::of(numbers.at(term.index)) * term.coefficient;
      else {
        const IndexExpr inner = renumber(*term.inner, numbers);
        result = result + (term.kind == IndexTerm::Kind::mod ? mod(inner, term.divisor)
                                                             : floor_div(inner, term.divisor)) *
                              term.coefficient;
      }
    }
    return result;
  }

  Expr lower(const Expr& expr, const Frame& frame) {
    if (expr->kind == Node::Kind::reduce)
      return hoist(*expr, frame);
    Node node = *expr;
    for (Expr& arg : node.args)
      arg = lower(arg, frame);
    if (node.kind == Node::Kind::index)
      node.index = renumber(node.index, frame.numbers());
    if (node.kind == Node::Kind::read) {
      node.tensor = tensor_of(node);
      node.source = nullptr;
      for (size_t d = 0; d < node.subscripts.size(); ++d)
        lower_subscript(node, static_cast<int>(d), frame);
    }
    return std::make_shared<Node>(std::move(node));
  }

  void lower_subscript(Node& read, int dimension, const Frame& frame) {
    Subscript& subscript = read.subscripts[static_cast<size_t>(dimension)];
    subscript.index = renumber(subscript.index, frame.numbers());
    if (subscript.computed)
      subscript.computed = lower(subscript.computed, frame);
    const Interval range = range_of(subscript, intervals(frame));
    const int64_t extent = definition_.type_of(read.tensor).shape[dimension];
    if (range.low >= 0 &&
        range.high < extent) { // a rule that never acts is not part of the meaning
      subscript.boundary = Boundary::none;
      subscript.fill = nullptr;
    } else if (subscript.boundary == Boundary::none) {
      fail(fmt::format("a read of '{}' escapes its dimension {}", tensor_name(read.tensor),
                       dimension),
           fmt::format("0 <= index < {}", extent), fmt::format("{} .. {}", range.low, range.high),
           "shorten a range with .range(n), or give a boundary rule: zero, constant, clamp, "
           "reflect, wrap");
    } else if (subscript.fill) {
      subscript.fill = lower(subscript.fill, frame);
    }
  }

  static std::vector<Interval> intervals(const Frame& frame) {
    std::vector<Interval> list;
    for (int symbol : frame.free)
      list.push_back({0, frame.ranges.at(symbol) - 1});
    for (int symbol : frame.reduced)
      list.push_back({0, frame.ranges.at(symbol) - 1});
    return list;
  }

  static void symbols_of(const IndexExpr& expr, std::set<int>& symbols) {
    for (const IndexTerm& term : expr.terms) {
      if (term.kind == IndexTerm::Kind::index)
        symbols.insert(term.index);
      else
        symbols_of(*term.inner, symbols);
    }
  }

  static std::set<int> symbols_of(const Expr& expr) {
    std::set<int> symbols;
    for (const Expr& arg : expr->args)
      symbols.merge(symbols_of(arg));
    for (const Subscript& subscript : expr->subscripts) {
      symbols_of(subscript.index, symbols);
      for (const Expr* part : {&subscript.computed, &subscript.fill})
        if (*part)
          symbols.merge(symbols_of(*part));
    }
    if (expr->kind == Node::Kind::index)
      symbols_of(expr->index, symbols);
    for (int symbol : expr->reduced)
      symbols.erase(symbol);
    return symbols;
  }

  // A nested reduction becomes an equation over those indices of the frame that it depends on, and
  // is read from there.
  Expr hoist(const Node& reduction, const Frame& frame) {
    std::set<int> used = symbols_of(reduction.args[0]);
    for (int symbol : reduction.reduced)
      used.erase(symbol);
    Frame inner;
    std::vector<Subscript> subscripts;
    const Numbers numbers = frame.numbers();
    for (const auto* part : {&frame.free, &frame.reduced})
      for (int symbol : *part)
        if (used.count(symbol)) {
          inner.free.push_back(symbol);
          inner.ranges[symbol] = frame.ranges.at(symbol);
          subscripts.push_back({IndexExpr::of(numbers.at(symbol)), Boundary::none, nullptr});
        }
    const int tensor = reduce(unique_name(name_of(reduction.reduce)), inner, reduction);
    Expr read = make_read(tensor, nullptr, reduction.type, std::move(subscripts));
    if (!reduction.mean)
      return read;
    int64_t terms = 1;
    for (const auto& range : definition_.equations.back().reduced)
      terms = saturating::multiply(terms, range.extent);
    return make_operation(ScalarOp::div,
                          {read, make_constant(static_cast<double>(terms), read->type)});
  }

  std::string unique_name(std::string_view base) {
    const int count = ++names_[std::string(base)];
    return count == 1 ? std::string(base) : fmt::format("{}_{}", base, count);
  }

  Definition definition_;
  SourceLocation location_;
  std::map<const Statement*, int> bound_;
  std::vector<StatementPtr> keep_; // the keys of bound_ stay alive
  std::set<int> packs_;            // letters of packs of two or more
  std::map<std::string, int> names_;
};

} // namespace

Definition bind(std::string name, std::vector<Operand> operands,
                const std::vector<StatementPtr>& results, SourceLocation location) {
  return Binder(std::move(name), std::move(operands), location).run(results);
}

} // namespace fovea
