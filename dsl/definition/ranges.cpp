// Which values each index of an equation takes.
#include "dsl/definition/binding.hpp"
#include "dsl/definition/saturating.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace fovea::binding {
namespace {

// A bare index, without arithmetic or boundary rule: its symbol, else -1.
int alone(const Subscript& subscript) {
  const auto& terms = subscript.index.terms;
  const bool is_one = !subscript.computed && subscript.boundary == Boundary::none &&
                      terms.size() == 1 && subscript.index.is_index(terms[0].index);
  return is_one ? terms[0].index : -1;
}

constexpr int64_t unlimited = INT64_C(1) << 62;

} // namespace

void add_symbols_of(const IndexExpr& expr, std::set<int>& symbols) {
  for (const IndexTerm& term : expr.terms) {
    if (term.kind == IndexTerm::Kind::index)
      symbols.insert(term.index);
    else
      add_symbols_of(*term.inner, symbols);
  }
}

std::set<int> symbols_of(const Expr& expr) {
  std::set<int> symbols;
  for (const Expr& arg : expr->args)
    symbols.merge(symbols_of(arg));
  for (const Subscript& subscript : expr->subscripts) {
    add_symbols_of(subscript.index, symbols);
    for (const Expr* part : {&subscript.computed, &subscript.fill})
      if (*part)
        symbols.merge(symbols_of(*part));
  }
  if (expr->kind == Node::Kind::index)
    add_symbols_of(expr->index, symbols);
  for (const DeclaredIndex& index : expr->reduced)
    symbols.erase(index.symbol);
  return symbols;
}

// The extents of the dimensions of `body` where one of `symbols` stands alone.
void RangeInference::infer_alone(const Expr& body, const std::set<int>& symbols, Ranges& ranges) {
  for (const Expr& arg : body->args)
    infer_alone(arg, symbols, ranges);
  for (size_t d = 0; d < body->subscripts.size(); ++d) {
    const Subscript& subscript = body->subscripts[d];
    for (const Expr* part : {&subscript.computed, &subscript.fill})
      if (*part)
        infer_alone(*part, symbols, ranges);
    const int symbol = alone(subscript);
    if (!symbols.count(symbol))
      continue;
    const int dimension = static_cast<int>(d);
    const int64_t extent = tensors_.type_of(*body).shape[dimension];
    if (extent < 0)
      continue; // it follows from the index
    const auto [place, inserted] = ranges.emplace(symbol, extent);
    if (!inserted && place->second != extent)
      reporter_.fail(
          {.node = body.get(), .dimension = dimension},
          {.what = fmt::format("index {} has two ranges", tensors_.name_of(symbol)),
           .expected = fmt::format("{}", place->second),
           .got = fmt::format("{} from dimension {} of '{}'", extent, d, tensors_.name_of(*body)),
           .hint = "dimensions read by the same reduction index alone have the same extent"});
  }
}

Ranges RangeInference::reduced(const Node& reduction) {
  Ranges ranges;
  std::set<int> open;
  for (const DeclaredIndex& index : reduction.reduced) {
    if (const int64_t extent = stated(index); extent != -1)
      ranges[index.symbol] = extent;
    else
      open.insert(index.symbol);
  }
  infer_alone(reduction.args[0], open, ranges);
  for (const DeclaredIndex& index : reduction.reduced) {
    if (!ranges.count(index.symbol))
      reporter_.fail(
          {.node = &reduction, .symbol = index.symbol},
          {.what = fmt::format("the range of the reduction index {} is unknown", index.name),
           .expected = "a dimension that it reads alone, or a stated range",
           .got = "neither",
           .hint = way_to_state(index, "")});
    check_extent(index.symbol, ranges[index.symbol]);
  }
  return ranges;
}

void RangeInference::check_extent(int symbol, int64_t extent) const {
  if (extent < 1)
    reporter_.fail({.symbol = symbol},
                   {.what = fmt::format("index {} has an empty range", tensors_.name_of(symbol)),
                    .expected = "extent >= 1",
                    .got = std::to_string(extent),
                    .hint = "the tensors read by it are too small"});
}

// -1: not at all.
int64_t RangeInference::stated(const DeclaredIndex& index) const {
  if (index.extent >= 0)
    return index.extent;
  const auto found = system_.extents.find(index.name);
  return found == system_.extents.end() ? -1 : found->second;
}

std::string RangeInference::way_to_state(const DeclaredIndex& index, const char* where) const {
  return fmt::format(
      "write {0}.range(n){1}, in a text `where {0} < n`{2}", index.name, where,
      system_.is_layer()
          ? fmt::format(", or give it to the layer: .extents = {{{{\"{}\", n}}}}", index.name)
          : "");
}

// The largest extent of each open symbol that keeps the unguarded reads inside.
void RangeInference::infer_maximal(const Expr& body, const std::set<int>& open, const Ranges& known,
                                   Ranges& limits) {
  if (body->kind == Node::Kind::reduce) {
    Ranges inner = known;
    for (const auto& [symbol, extent] : reduced(*body))
      inner[symbol] = extent;
    infer_maximal(body->args[0], open, inner, limits);
    return;
  }
  for (const Expr& arg : body->args)
    infer_maximal(arg, open, known, limits);
  for (size_t d = 0; d < body->subscripts.size(); ++d) {
    const Subscript& subscript = body->subscripts[d];
    for (const Expr* part : {&subscript.computed, &subscript.fill})
      if (*part)
        infer_maximal(*part, open, known, limits);
    const int64_t extent = tensors_.type_of(*body).shape[static_cast<int>(d)];
    if (subscript.boundary == Boundary::none && extent >= 0)
      limit_by(subscript.index, extent, open, known, limits);
  }
}

// An end of the values that does not move with the open index does not limit it; if it lies
// outside, the read escapes however short the index's range.
void RangeInference::limit_by(const IndexExpr& index, int64_t extent, const std::set<int>& open,
                              const Ranges& known, Ranges& limits) {
  std::set<int> symbols;
  add_symbols_of(index, symbols);
  int free_symbol = -1;
  std::vector<Interval> intervals(symbols.empty() ? 0 : static_cast<size_t>(*symbols.rbegin()) + 1);
  for (int symbol : symbols) {
    if (open.count(symbol)) {
      if (free_symbol >= 0)
        return; // decided once a read of its own has limited one of the two
      free_symbol = symbol;
    } else {
      intervals[static_cast<size_t>(symbol)].high = known.at(symbol) - 1;
    }
  }
  if (free_symbol < 0)
    return;
  const auto values = [&](int64_t length) {
    intervals[static_cast<size_t>(free_symbol)].high = length - 1;
    return range_of(index, intervals);
  };
  const Interval first = values(1), last = values(unlimited);
  const bool rises = last.high > first.high || first.high == saturating::highest;
  const bool falls = last.low < first.low || first.low == saturating::lowest;
  if (!rises && !falls)
    return;
  const auto fits = [&](int64_t length) {
    const Interval range = values(length);
    return (!rises || range.high < extent) && (!falls || range.low >= 0);
  };
  int64_t least = 0, beyond = unlimited; // `least` fits, `beyond` does not
  if (fits(unlimited)) {
    const bool alone = std::any_of(index.terms.begin(), index.terms.end(), [&](const auto& term) {
      return term.kind == IndexTerm::Kind::index && term.index == free_symbol;
    });
    if (!alone)
      return;          // periodic
    least = unlimited; // it starts that far outside
  }
  while (beyond - least > 1) {
    const int64_t middle = least + (beyond - least) / 2;
    (fits(middle) ? least : beyond) = middle;
  }
  const auto [place, inserted] = limits.emplace(free_symbol, least);
  if (!inserted)
    place->second = std::min(place->second, least);
}

// Reads that hold one open index decide it; that may leave one open index in further reads.
Ranges RangeInference::free(const std::vector<DeclaredIndex>& left, const Expr& body) {
  Ranges ranges;
  std::set<int> open;
  for (const DeclaredIndex& index : left) {
    if (const int64_t extent = stated(index); extent != -1)
      ranges[index.symbol] = extent;
    else
      open.insert(index.symbol);
  }
  for (const auto& [symbol, extent] : ranges)
    check_extent(symbol, extent);
  while (!open.empty()) {
    Ranges limits;
    infer_maximal(body, open, ranges, limits);
    for (const DeclaredIndex& index : left)
      if (limits.empty() && open.count(index.symbol))
        reporter_.fail({.symbol = index.symbol},
                       {.what = fmt::format("the range of index {} is unknown", index.name),
                        .expected = "an unguarded read that limits it alone, or a stated range",
                        .got = "neither",
                        .hint = way_to_state(index, " on the left side")});
    for (const auto& [symbol, extent] : limits) {
      check_extent(symbol, extent);
      ranges[symbol] = extent;
      open.erase(symbol);
    }
  }
  return ranges;
}

} // namespace fovea::binding
