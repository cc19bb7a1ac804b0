#include "compiler/kernels/winograd_rows.hpp"

#include "compiler/kernels/nodes.hpp"

#include <algorithm>
#include <cstdlib>
#include <numeric>

namespace fovea::kernels {
namespace {

Expr binary(ScalarOp op, const Expr& a, const Expr& b) {
  return operation(op, a->type, {a, b});
}

Expr number(int64_t value, DType type) {
  Node node;
  node.type = type;
  node.constant = static_cast<double>(value);
  node.integer = value;
  return node_of(std::move(node));
}

Rational magnitude(const Rational& a) {
  return {std::abs(a.numerator()), a.denominator()};
}

bool is_power_of_two(int64_t a) {
  return (a & (a - 1)) == 0;
}

// A constant that f32 does not hold is divided by instead: one rounding, of the exact quotient.
Expr scaled(const Expr& value, const Rational& factor) {
  Expr result = value;
  if (is_power_of_two(factor.denominator())) {
    if (factor == Rational(1))
      return result;
    Node constant;
    constant.type = value->type;
    constant.constant = factor.value();
    return binary(ScalarOp::mul, result, node_of(constant));
  }
  if (factor.numerator() != 1)
    result = binary(ScalarOp::mul, result, number(factor.numerator(), value->type));
  return binary(ScalarOp::div, result, number(factor.denominator(), value->type));
}

struct Term {
  Expr value;
  Rational factor;
};

// Signed sum, its factors positive; the first positive term in front.
Expr signed_sum(const std::vector<std::pair<Expr, bool>>& terms) { // value, is negative
  const auto first =
      std::find_if(terms.begin(), terms.end(), [](const auto& term) { return !term.second; });
  Expr sum = first == terms.end() ? operation(ScalarOp::neg, terms[0].first->type, {terms[0].first})
                                  : first->first;
  const auto taken = first == terms.end() ? terms.begin() : first;
  for (auto term = terms.begin(); term != terms.end(); ++term)
    if (term != taken)
      sum = binary(term->second ? ScalarOp::sub : ScalarOp::add, sum, term->first);
  return sum;
}

// Terms of equal magnitude are added before they are multiplied.
Expr weighted_sum(std::vector<Term> terms) {
  std::vector<std::pair<Expr, bool>> groups;
  while (!terms.empty()) {
    const Rational factor = magnitude(terms[0].factor);
    const bool negative = terms[0].factor.numerator() < 0;
    std::vector<std::pair<Expr, bool>> group;
    for (const Term& term : terms)
      if (magnitude(term.factor) == factor)
        group.emplace_back(term.value, (term.factor.numerator() < 0) != negative);
    std::erase_if(terms, [&](const Term& term) { return magnitude(term.factor) == factor; });
    groups.emplace_back(scaled(signed_sum(group), factor), negative);
  }
  return signed_sum(groups);
}

// The denominators' part that is no power of two, which all entries of a row share: f_i.
int64_t odd_denominator(const std::vector<Rational>& row) {
  int64_t common = 1;
  for (const Rational& entry : row) {
    int64_t odd = entry.denominator();
    while (odd % 2 == 0)
      odd /= 2;
    common = std::lcm(common, odd);
  }
  return common;
}

Expr parity_sum(const std::vector<Rational>& row, const std::vector<Expr>& values) {
  const int64_t divisor = odd_denominator(row);
  std::vector<std::pair<Expr, bool>> parts;
  for (const size_t first : {0, 1}) {
    std::vector<Term> terms;
    for (size_t k = first; k < row.size(); k += 2)
      if (row[k].numerator() != 0)
        terms.push_back({values[k], row[k] * Rational(divisor)});
    if (terms.empty())
      continue;
    const bool negative = terms[0].factor.numerator() < 0;
    if (negative)
      for (Term& term : terms)
        term.factor = term.factor * Rational(-1);
    parts.emplace_back(weighted_sum(std::move(terms)), negative);
  }
  return scaled(signed_sum(parts), Rational(1, divisor));
}

// Do columns k and k + 1 have equal magnitudes in every row?
bool is_pair(const RationalMatrix& matrix, size_t k) {
  return k + 1 < matrix[0].size() &&
         std::all_of(matrix.begin(), matrix.end(),
                     [&](const auto& row) { return magnitude(row[k]) == magnitude(row[k + 1]); });
}

Expr pair_sum(const RationalMatrix& matrix, const std::vector<Rational>& row,
              const std::vector<Expr>& values) {
  std::vector<Term> terms;
  for (size_t k = 0; k < row.size(); ++k) {
    const bool pair = is_pair(matrix, k);
    if (row[k].numerator() != 0)
      terms.push_back({pair ? binary(row[k] == row[k + 1] ? ScalarOp::add : ScalarOp::sub,
                                     values[k], values[k + 1])
                            : values[k],
                       row[k]});
    k += pair;
  }
  return weighted_sum(std::move(terms));
}

template <class Row>
Expr choice(const RationalMatrix& matrix, const IndexExpr& index, Row&& row) {
  Node place;
  place.kind = Node::Kind::index;
  place.type = DType::i64;
  place.index = index;
  const Expr at = node_of(place);
  Expr result = row(matrix.back());
  for (size_t k = matrix.size() - 1; k-- > 0;) {
    const Expr here = operation(ScalarOp::equal, DType::boolean,
                                {at, number(static_cast<int64_t>(k), DType::i64)});
    result = operation(ScalarOp::select, result->type, {here, row(matrix[k]), result});
  }
  return result;
}

} // namespace

Expr row_by_parity(const RationalMatrix& matrix, const IndexExpr& index,
                   const std::vector<Expr>& values) {
  return choice(matrix, index,
                [&](const std::vector<Rational>& row) { return parity_sum(row, values); });
}

Expr row_by_pairs(const RationalMatrix& matrix, const IndexExpr& index,
                  const std::vector<Expr>& values) {
  return choice(matrix, index,
                [&](const std::vector<Rational>& row) { return pair_sum(matrix, row, values); });
}

} // namespace fovea::kernels
