#include "dsl/definition/saturating.hpp"

#include <fovea/definition/definition.hpp>
#include <fovea/error.hpp>

#include <algorithm>
#include <numeric>

namespace fovea {
namespace {

using Kind = IndexTerm::Kind;

template <class T>
int order(const T& a, const T& b) {
  return a < b ? -1 : b < a ? 1 : 0;
}

int compare(const IndexExpr& a, const IndexExpr& b);

// Orders atoms (coefficients left aside): indices first, by number, then floors, then remainders.
int compare_atoms(const IndexTerm& a, const IndexTerm& b) {
  if (int c = order(a.kind, b.kind))
    return c;
  if (a.kind == Kind::index)
    return order(a.index, b.index);
  if (int c = order(a.divisor, b.divisor))
    return c;
  return a.inner == b.inner ? 0 : compare(*a.inner, *b.inner);
}

int compare(const IndexExpr& a, const IndexExpr& b) {
  const size_t common = std::min(a.terms.size(), b.terms.size());
  for (size_t k = 0; k < common; ++k) {
    if (int c = compare_atoms(a.terms[k], b.terms[k]))
      return c;
    if (int c = order(a.terms[k].coefficient, b.terms[k].coefficient))
      return c;
  }
  if (int c = order(a.terms.size(), b.terms.size()))
    return c;
  return order(a.constant, b.constant);
}

// Sorts the terms, merges those of equal atoms and drops zeros.
IndexExpr canonical(int64_t constant, std::vector<IndexTerm> terms) {
  std::stable_sort(terms.begin(), terms.end(),
                   [](const IndexTerm& a, const IndexTerm& b) { return compare_atoms(a, b) < 0; });
  IndexExpr result{constant, {}};
  for (IndexTerm& term : terms) {
    if (!result.terms.empty() && compare_atoms(result.terms.back(), term) == 0)
      result.terms.back().coefficient =
          saturating::add(result.terms.back().coefficient, term.coefficient);
    else
      result.terms.push_back(std::move(term));
  }
  std::erase_if(result.terms, [](const IndexTerm& term) { return term.coefficient == 0; });
  return result;
}

IndexExpr atom(Kind kind, IndexExpr inner, int64_t divisor) {
  return {0, {{kind, 1, 0, std::make_shared<const IndexExpr>(std::move(inner)), divisor}}};
}

// The greatest common divisor of `divisor` and all coefficients.
int64_t common_factor(const IndexExpr& expr, int64_t divisor) {
  for (const IndexTerm& term : expr.terms)
    divisor = std::gcd(term.coefficient % divisor, divisor);
  return divisor;
}

void require_positive(int64_t divisor) {
  if (divisor <= 0)
    throw Error({.what = "an index is divided by " + std::to_string(divisor),
                 .expected = "a divisor > 0",
                 .got = std::to_string(divisor)});
}

// floor(expr / factor), for a factor of all coefficients.
IndexExpr divide_exactly(IndexExpr expr, int64_t factor) {
  expr.constant = saturating::floor_quotient(expr.constant, factor);
  for (IndexTerm& term : expr.terms)
    term.coefficient /= factor;
  return expr;
}

} // namespace

bool IndexExpr::is_index(int index) const {
  return constant == 0 && terms.size() == 1 && terms[0].kind == Kind::index &&
         terms[0].coefficient == 1 && terms[0].index == index;
}

IndexExpr operator+(const IndexExpr& a, const IndexExpr& b) {
  std::vector<IndexTerm> terms = a.terms;
  terms.insert(terms.end(), b.terms.begin(), b.terms.end());
  return canonical(saturating::add(a.constant, b.constant), std::move(terms));
}

IndexExpr operator-(const IndexExpr& a, const IndexExpr& b) {
  return a + b * -1;
}

IndexExpr operator*(const IndexExpr& a, int64_t factor) {
  std::vector<IndexTerm> terms = a.terms;
  for (IndexTerm& term : terms)
    term.coefficient = saturating::multiply(term.coefficient, factor);
  return canonical(saturating::multiply(a.constant, factor), std::move(terms));
}

// What is a multiple of the divisor leaves the floor, and a factor common to the rest cancels:
// floor((4 i + 2 j + 7) / 4) = i + 1 + floor((j + 1) / 2).
IndexExpr floor_div(const IndexExpr& a, int64_t divisor) {
  require_positive(divisor);
  IndexExpr whole{saturating::floor_quotient(a.constant, divisor), {}};
  IndexExpr rest{saturating::floor_remainder(a.constant, divisor), {}};
  for (IndexTerm term : a.terms) {
    const bool leaves = term.coefficient % divisor == 0;
    if (leaves)
      term.coefficient /= divisor;
    (leaves ? whole : rest).terms.push_back(std::move(term));
  }
  if (rest.terms.empty())
    return whole;
  const int64_t factor = common_factor(rest, divisor);
  rest = divide_exactly(std::move(rest), factor);
  divisor /= factor;
  // floor((floor(x / p) + c) / q) = floor((x + c p) / (p q))
  const IndexTerm first = rest.terms[0];
  int64_t product = 0;
  if (rest.terms.size() == 1 && first.kind == Kind::floor_div && first.coefficient == 1 &&
      !__builtin_mul_overflow(first.divisor, divisor, &product)) {
    const IndexExpr shift{saturating::multiply(rest.constant, first.divisor), {}};
    return whole + floor_div(*first.inner + shift, product);
  }
  return whole + atom(Kind::floor_div, std::move(rest), divisor);
}

// Multiples of the divisor vanish, and a factor common to the rest leaves:
// (4 i + 2 j + 7) mod 4 = 2 ((j + 1) mod 2) + 1.
IndexExpr mod(const IndexExpr& a, int64_t divisor) {
  require_positive(divisor);
  // x mod n differs from x by a multiple of n, which counts nothing where the divisor divides n.
  for (const IndexTerm& term : a.terms)
    if (term.kind == Kind::mod && term.divisor % divisor == 0)
      return mod(a - IndexExpr{0, {term}} + *term.inner * (term.coefficient % divisor), divisor);
  IndexExpr rest{saturating::floor_remainder(a.constant, divisor), {}};
  for (IndexTerm term : a.terms)
    if ((term.coefficient %= divisor) != 0)
      rest.terms.push_back(std::move(term));
  if (rest.terms.empty())
    return rest;
  const int64_t factor = common_factor(rest, divisor);
  const IndexExpr offset{rest.constant % factor, {}};
  rest = divide_exactly(std::move(rest), factor);
  return atom(Kind::mod, std::move(rest), divisor / factor) * factor + offset;
}

bool operator==(const IndexExpr& a, const IndexExpr& b) {
  return compare(a, b) == 0;
}

int64_t evaluate(const IndexExpr& expr, const std::vector<int64_t>& indices) {
  int64_t value = expr.constant;
  for (const IndexTerm& term : expr.terms) {
    int64_t atom = 0;
    if (term.kind == Kind::index)
      atom = indices[static_cast<size_t>(term.index)];
    else if (term.kind == Kind::floor_div)
      atom = saturating::floor_quotient(evaluate(*term.inner, indices), term.divisor);
    else
      atom = saturating::floor_remainder(evaluate(*term.inner, indices), term.divisor);
    value = saturating::add(value, saturating::multiply(term.coefficient, atom));
  }
  return value;
}

namespace {

// An interval whose ends, once out of int64, stay there: the interval may only grow too wide.
struct Sum {
  Interval total;
  bool low_lost = false, high_lost = false;

  void add(int64_t coefficient, Interval atom) {
    if (coefficient < 0)
      std::swap(atom.low, atom.high);
    accumulate(coefficient, atom.low, total.low, low_lost);
    accumulate(coefficient, atom.high, total.high, high_lost);
  }
  static void accumulate(int64_t coefficient, int64_t value, int64_t& end, bool& lost) {
    int64_t product = 0;
    lost |= __builtin_mul_overflow(coefficient, value, &product) ||
            __builtin_add_overflow(end, product, &end);
  }
  Interval result() const {
    return {low_lost ? saturating::lowest : total.low,
            high_lost ? saturating::highest : total.high};
  }
};

Interval range_of_atom(const IndexTerm& term, const std::vector<Interval>& indices) {
  if (term.kind == Kind::index)
    return indices[static_cast<size_t>(term.index)];
  const Interval inner = range_of(*term.inner, indices);
  // An end that is lost (see Sum) stays lost.
  const bool low_lost = inner.low == saturating::lowest;
  const bool high_lost = inner.high == saturating::highest;
  const Interval quotient = {
      low_lost ? inner.low : saturating::floor_quotient(inner.low, term.divisor),
      high_lost ? inner.high : saturating::floor_quotient(inner.high, term.divisor)};
  if (term.kind == Kind::floor_div)
    return quotient;
  if (quotient.low == quotient.high && !low_lost && !high_lost)
    return {saturating::floor_remainder(inner.low, term.divisor),
            saturating::floor_remainder(inner.high, term.divisor)};
  return {0, term.divisor - 1};
}

} // namespace

Interval range_of(const IndexExpr& expr, const std::vector<Interval>& indices) {
  Sum sum{{expr.constant, expr.constant}};
  for (const IndexTerm& term : expr.terms)
    sum.add(term.coefficient, range_of_atom(term, indices));
  return sum.result();
}

Interval range_of(const Subscript& subscript, const std::vector<Interval>& indices) {
  return subscript.computed ? Interval{saturating::lowest, saturating::highest}
                            : range_of(subscript.index, indices);
}

} // namespace fovea
