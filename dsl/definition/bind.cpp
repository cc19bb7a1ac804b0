// From equations as written to a Definition: nested reductions become equations of their own,
// symbols become numbers, reads are checked.
#include "dsl/definition/binding.hpp"
#include "dsl/definition/printer.hpp"
#include "dsl/definition/saturating.hpp"

#include <fovea/op/shape_rule.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace fovea {
namespace binding {

void Reporter::fail(Blame blame, ErrorParts parts) const {
  parts.what = fmt::format("equation '{}': {}", name_, parts.what);
  parts.where = location_;
  if (!blame.statement)
    blame.statement = statement;
  if (locate_)
    locate_(blame, parts);
  throw Error(std::move(parts));
}

namespace {

class Binder final : public Tensors {
 public:
  explicit Binder(System system)
      : system_(std::move(system)), reporter_(system_.name, system_.location, system_.locate),
        ranges_(*this, reporter_, system_) {
    definition_.name = system_.name;
    definition_.operands = system_.operands;
  }

  Definition run() {
    for (const StatementPtr& statement : system_.statements)
      tensor_of(statement);
    for (const StatementPtr& result : system_.results)
      definition_.results.push_back(tensor_of(result) -
                                    static_cast<int>(definition_.operands.size()));
    close_operands();
    return std::move(definition_);
  }

  TensorType type_of(const Node& read) override { return definition_.type_of(tensor_of(read)); }
  std::string name_of(const Node& read) override { return tensor_name(tensor_of(read)); }
  std::string name_of(int symbol) const override {
    const auto found = names_.find(symbol);
    return found == names_.end() ? fmt::format("i{}", symbol) : found->second;
  }

 private:
  using Numbers = std::map<int, int>; // symbol -> index number in the current equation

  std::string tensor_name(int tensor) const {
    const auto count = static_cast<int>(definition_.operands.size());
    return tensor < count ? definition_.operands[static_cast<size_t>(tensor)].name
                          : definition_.equations[static_cast<size_t>(tensor - count)].name;
  }

  int tensor_of(const Node& read) { return read.source ? tensor_of(read.source) : read.tensor; }

  // The tensor number of a statement's result; binds it when first met.
  int tensor_of(const StatementPtr& statement) {
    auto known = bound_.find(statement.get());
    if (known != bound_.end())
      return known->second;
    for_each_node(statement->body, [&](const Node& node) {
      if (node.kind == Node::Kind::read)
        check_rank(*statement, node);
    });
    reporter_.statement = statement.get();
    const int tensor = lower(*statement, unhidden(*statement));
    bound_[statement.get()] = tensor;
    keep_.push_back(statement);
    return tensor;
  }

  void check_rank(const Statement& statement, const Node& read) {
    const int tensor = tensor_of(read);
    const Shape shape = definition_.type_of(tensor).shape;
    if (shape.rank() != static_cast<int>(read.subscripts.size()))
      reporter_.fail(
          {.statement = &statement, .node = &read},
          {.what = fmt::format("tensor '{}' is read with {} subscripts", tensor_name(tensor),
                               read.subscripts.size()),
           .expected = fmt::format("{}, one per dimension of {}", shape.rank(), to_string(shape)),
           .got = std::to_string(read.subscripts.size())});
  }

  // The body, with names and different symbols for all its indices.
  Expr unhidden(const Statement& statement) {
    names_.clear();
    fresh_ = 0;
    std::set<int> bound;
    for (const DeclaredIndex& index : statement.left) {
      names_[index.symbol] = index.name;
      bound.insert(index.symbol);
    }
    const auto note = [&](const Expr& body) {
      for_each_node(body, [&](const Node& node) {
        for (const DeclaredIndex& index : node.reduced)
          names_[index.symbol] = index.name;
      });
    };
    note(statement.body);
    if (!names_.empty())
      fresh_ = names_.rbegin()->first + 1;
    Expr body = binding::unhidden(statement.body, bound, fresh_);
    note(body);
    keep_nodes_.push_back(body);
    return body;
  }

  // One equation under construction: its symbols with their numbers and ranges.
  struct Frame {
    std::vector<int> free;    // symbols
    std::vector<int> reduced; // symbols
    Ranges ranges;

    Numbers numbers() const {
      Numbers numbers;
      for (const auto* part : {&free, &reduced})
        for (int symbol : *part)
          numbers.emplace(symbol, static_cast<int>(numbers.size()));
      return numbers;
    }
    std::vector<Interval> intervals() const {
      std::vector<Interval> list;
      for (const auto* part : {&free, &reduced})
        for (int symbol : *part)
          list.push_back({0, ranges.at(symbol) - 1});
      return list;
    }
  };

  int lower(const Statement& statement, const Expr& whole) {
    Frame frame{{}, {}, ranges_.free(statement.left, whole)};
    for (const DeclaredIndex& index : statement.left)
      frame.free.push_back(index.symbol);
    const Expr body = written_out(whole);
    if (body->kind == Node::Kind::reduce && body->fold != Fold::mean)
      return reduce(statement.name, frame, *body);
    return add(statement.name, frame, nullptr, lower(body, frame));
  }

  // Without argmax and its like at the root.
  Expr written_out(const Expr& expr) {
    if (expr->kind != Node::Kind::reduce)
      return expr;
    const Expr result = expanded(expr, fresh_);
    if (result != expr) {
      for_each_node(result, [&](const Node& node) {
        for (const DeclaredIndex& index : node.reduced)
          names_[index.symbol] = index.name;
      });
      keep_nodes_.push_back(result);
    }
    return result;
  }

  // Adds the equation name(free of `frame`) = reduction; returns its tensor.
  int reduce(const std::string& name, Frame frame, const Node& reduction) {
    for (const auto& [symbol, extent] : ranges_.reduced(reduction))
      frame.ranges[symbol] = extent;
    for (const DeclaredIndex& index : reduction.reduced)
      frame.reduced.push_back(index.symbol);
    Expr body = lower(reduction.args[0], frame);
    return add(name, frame, &reduction, std::move(body));
  }

  static ReduceKind kind_of(Fold fold) {
    return fold == Fold::mean ? ReduceKind::sum : static_cast<ReduceKind>(fold);
  }

  int add(const std::string& name, const Frame& frame, const Node* reduction, Expr body) {
    Equation equation;
    equation.name = name;
    equation.type = equation.accumulator = body->type;
    if (reduction) {
      equation.reduction = kind_of(reduction->fold);
      if (equation.reduction == ReduceKind::sum || equation.reduction == ReduceKind::product)
        equation.accumulator = reduction->accumulator.value_or(accumulator_of(body->type));
    }
    for (int symbol : frame.free)
      equation.free.push_back({name_of(symbol), frame.ranges.at(symbol)});
    for (int symbol : frame.reduced)
      equation.reduced.push_back({name_of(symbol), frame.ranges.at(symbol)});
    equation.body = std::move(body);
    if (const ShapeError error = check_result({equation.type, equation.shape()}); error.what)
      reporter_.fail({}, {.what = fmt::format("'{}': {}", name, render(error.what, error, {})),
                          .expected = render(error.expected, error, {}),
                          .got = render(error.got, error, {})});
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
    if (expr->kind == Node::Kind::reduce) {
      const Expr written = written_out(expr);
      return written == expr ? hoist(*expr, frame) : lower(written, frame);
    }
    Node node = *expr;
    for (Expr& arg : node.args)
      arg = lower(arg, frame);
    if (node.kind == Node::Kind::index)
      node.index = renumber(node.index, frame.numbers());
    if (node.kind == Node::Kind::read) {
      node.tensor = tensor_of(node);
      node.source = nullptr;
      for (size_t d = 0; d < node.subscripts.size(); ++d)
        lower_subscript(node, static_cast<int>(d), frame, expr.get());
    }
    return std::make_shared<Node>(std::move(node));
  }

  void lower_subscript(Node& read, int dimension, const Frame& frame, const Node* written) {
    Subscript& subscript = read.subscripts[static_cast<size_t>(dimension)];
    subscript.index = renumber(subscript.index, frame.numbers());
    if (subscript.computed)
      subscript.computed = lower(subscript.computed, frame);
    const Interval range = range_of(subscript, frame.intervals());
    const int64_t extent = definition_.type_of(read.tensor).shape[dimension];
    if (extent < 0) {
      hold({.node = written, .dimension = dimension}, read, range, frame);
    } else if (range.low >= 0 &&
               range.high < extent) { // a rule that never acts is not part of the meaning
      subscript.boundary = Boundary::none;
      subscript.fill = nullptr;
    } else if (subscript.boundary == Boundary::none) {
      escape({.node = written, .dimension = dimension}, read, range, frame);
    } else if (subscript.fill) {
      subscript.fill = lower(subscript.fill, frame);
    }
  }

  // The open extent of an operand grows until it holds the read.
  void hold(const Blame& blame, const Node& read, const Interval& range, const Frame& frame) {
    const size_t operand = static_cast<size_t>(read.tensor);
    const Subscript& subscript = read.subscripts[static_cast<size_t>(blame.dimension)];
    if (subscript.boundary != Boundary::none)
      reporter_.fail(
          blame,
          {.what = fmt::format("the extent of dimension {} of '{}' is unknown", blame.dimension,
                               tensor_name(read.tensor)),
           .expected = "subscripts without a boundary rule, which say how long it is",
           .got = subscript.computed ? "a computed place" : "a boundary rule",
           .hint = fmt::format("give its shape to the layer: .weights = {{{{\"{}\", {{...}}}}}}",
                               tensor_name(read.tensor))});
    if (range.low < 0)
      escape(blame, read, range, frame);
    Shape& found = found_[operand];
    if (found.empty())
      found = definition_.operands[operand].type.shape;
    found[blame.dimension] = std::max(found[blame.dimension], range.high + 1);
  }

  // Once all is read, open extents are what was found.
  void close_operands() {
    for (size_t k = 0; k < definition_.operands.size(); ++k) {
      Operand& operand = definition_.operands[k];
      const auto is_open = [](int64_t extent) { return extent < 0; };
      if (std::none_of(operand.type.shape.begin(), operand.type.shape.end(), is_open))
        continue;
      const auto found = found_.find(k);
      if (found == found_.end())
        reporter_.fail({}, {.what = fmt::format("'{}' is read nowhere", operand.name),
                            .expected = "a read that says how large it is"});
      operand.type.shape = found->second;
      if (operand.type.bytes() < 0)
        reporter_.fail({}, {.what = fmt::format("'{}' is too large", operand.name),
                            .expected = "a size in bytes below 2^63",
                            .got = to_string(operand.type)});
    }
  }

  [[noreturn]] void escape(const Blame& blame, const Node& read, const Interval& range,
                           const Frame& frame) const {
    std::vector<std::string> names, used;
    for (const auto* part : {&frame.free, &frame.reduced})
      for (int symbol : *part)
        names.push_back(name_of(symbol));
    const size_t d = static_cast<size_t>(blame.dimension);
    const int64_t extent = definition_.type_of(read.tensor).shape[blame.dimension];
    const std::string index = notation::index_text(read.subscripts[d].index, names);
    std::set<int> numbers;
    add_symbols_of(read.subscripts[d].index, numbers);
    for (int number : numbers)
      used.push_back(names[static_cast<size_t>(number)]);
    const std::string shorten =
        used.empty() ? "" : fmt::format("shorten the range of {}, or ", fmt::join(used, " or "));
    reporter_.fail(blame, {.what = fmt::format("a read of '{}' escapes its dimension {} at {}",
                                               tensor_name(read.tensor), blame.dimension, index),
                           .expected = extent < 0 ? fmt::format("0 <= {}", index)
                                                  : fmt::format("0 <= {} < {}", index, extent),
                           .got = fmt::format("{} .. {}", range.low, range.high),
                           .hint = fmt::format(
                               "{0}give a boundary rule: zero({1}), constant({1}, c), clamp({1}), "
                               "reflect({1}), wrap({1})",
                               shorten, index)});
  }

  // A nested reduction becomes an equation over those indices of the frame that it depends on, and
  // is read from there.
  Expr hoist(const Node& reduction, const Frame& frame) {
    std::set<int> used = symbols_of(reduction.args[0]);
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
    const ReduceKind kind = kind_of(reduction.fold);
    const int tensor = reduce(unique_name(fovea::name_of(kind)), inner, reduction);
    Expr read = make_read(tensor, nullptr, reduction.type, std::move(subscripts));
    if (reduction.fold != Fold::mean)
      return read;
    int64_t terms = 1;
    for (const auto& range : definition_.equations.back().reduced)
      terms = saturating::multiply(terms, range.extent);
    return make_operation(ScalarOp::div,
                          {read, make_constant(static_cast<double>(terms), read->type)});
  }

  std::string unique_name(std::string_view base) {
    const int count = ++counts_[std::string(base)];
    return count == 1 ? std::string(base) : fmt::format("{}_{}", base, count);
  }

  System system_;
  Definition definition_;
  Reporter reporter_;
  RangeInference ranges_;
  std::map<const Statement*, int> bound_;
  std::vector<StatementPtr> keep_;   // the keys of bound_ stay alive
  std::vector<Expr> keep_nodes_;     // so do nodes that errors may blame
  std::map<int, std::string> names_; // of the symbols of the statement that is being bound
  int fresh_ = 0;                    // the first symbol that it does not use
  std::map<std::string, int> counts_;
  std::map<size_t, Shape> found_; // of operands with open extents
};

} // namespace

Definition bind(System system) {
  return Binder(std::move(system)).run();
}

} // namespace binding

Definition bind(std::string name, std::vector<Operand> operands,
                const std::vector<StatementPtr>& results, SourceLocation location) {
  return binding::bind({std::move(name), std::move(operands), {}, results, location, nullptr});
}

Definition bind_layer(std::string name, std::vector<Operand> operands, size_t inputs,
                      const std::vector<StatementPtr>& results, const LayerOptions& options,
                      SourceLocation location) {
  return binding::bind_layer(
      {std::move(name), std::move(operands), {}, results, location, nullptr, {}, inputs}, options);
}

} // namespace fovea
