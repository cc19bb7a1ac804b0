#include "dsl/definition/arithmetic.hpp"

#include "dsl/definition/value.hpp"

#include <algorithm>

namespace fovea::arithmetic {

Accumulator::Accumulator(ReduceKind kind, DType type) : kind_(kind), type_(type) {
  integer_ = kind == ReduceKind::product;
}

void Accumulator::add_integer(const Value& term) {
  ++count_;
  errors_ += term.error;
  const uint64_t value = static_cast<uint64_t>(term.integer);
  if (kind_ == ReduceKind::product)
    integer_ *= value;
  else
    integer_ += value;
  sum_ += static_cast<double>(term.integer);
}

void Accumulator::add_float(const Value& term) {
  ++count_;
  errors_ += term.error;
  if (!std::isfinite(term.real)) {
    special_ += term.real;
    has_special_ = true;
    if (term.integer == overflowed_product)
      errors_ = infinity;
    return;
  }
  sum_ += term.real;
  (term.real > 0 ? positive_ : negative_) += std::abs(term.real);
}

void Accumulator::multiply_float(const Value& term) {
  ++count_;
  errors_ += std::isfinite(term.error) ? 0 : infinity;
  sum_ = count_ == 1 ? term.real : sum_ * term.real;
  has_special_ |= !std::isfinite(term.real);
  has_uncertain_zero_ |= may_be_zero(term);
  const double size = std::abs(term.real);
  product_ *= size;
  widest_ *= size + term.error;
  large_ *= std::max(1.0, size + term.error);
  small_ *= std::min(1.0, std::max(0.0, size - term.error));
}

double Accumulator::growth() const {
  const double units = static_cast<double>(count_) * format_of(type_).unit;
  return count_ <= 1 ? 0 : units < 1 ? units / (1 - units) : infinity;
}

// No term: the neutral element. The extrema's is the least or greatest value of the type.
Value Accumulator::empty_extremum() const {
  const bool least = kind_ == ReduceKind::max;
  if (is_float(type_))
    return {least ? -infinity : infinity, 0, 0};
  if (type_ == DType::boolean)
    return truth(!least, true);
  const int bits = static_cast<int>(size_of(type_)) * 8;
  const int64_t low = type_ == DType::u8 ? 0 : std::numeric_limits<int64_t>::min() >> (64 - bits);
  return {0, 0, least ? low : type_ == DType::u8 ? 255 : ~low};
}

Value Accumulator::float_sum() const {
  const double overflow = format_of(type_).overflow;
  const double spread = positive_ + negative_;
  double error = errors_ + scaled(growth(), spread + errors_);
  const bool safe = spread + error < overflow; // in any order
  if (has_special_)
    return special(special_, safe);
  // Flushed partial sums.
  if (count_ > 1 && spread + errors_ > 0)
    error += static_cast<double>(count_) * format_of(type_).underflow;
  if (std::abs(sum_) >= overflow) {
    const bool one_way = std::min(positive_, negative_) + error < overflow;
    return special(std::copysign(infinity, sum_),
                   one_way && (error == 0 || std::abs(sum_) - error >= overflow));
  }
  return safe ? Value{sum_, error, 0} : special(sum_, false);
}

Value Accumulator::float_product() const {
  const FloatFormat& format = format_of(type_);
  if (count_ == 0)
    return {1, 0, 0};
  if (has_special_ || errors_ > 0)
    return special(sum_, errors_ == 0 && !has_uncertain_zero_);
  const double reach = widest_ * (1 + growth());
  const bool safe = large_ * (1 + growth()) < format.overflow; // in any order
  if (!safe)
    return special(product_ >= format.overflow ? std::copysign(infinity, sum_) : sum_, false);
  double error = widest_ - product_ + scaled(growth(), widest_);
  // A partial product that is flushed to zero takes the large factors along.
  if (small_ < format.least_normal && widest_ > 0)
    error += std::min(large_ * format.underflow * static_cast<double>(count_), reach);
  return {sum_, error, 0};
}

Value Accumulator::result() const {
  if (kind_ == ReduceKind::max || kind_ == ReduceKind::min)
    return count_ ? extremum_ : empty_extremum();
  if (is_float(type_))
    return kind_ == ReduceKind::sum ? float_sum() : float_product();
  const int64_t result = wrapped(static_cast<int64_t>(integer_), type_);
  if (errors_ == 0)
    return {0, 0, result};
  if (kind_ == ReduceKind::product || sum_ != static_cast<double>(result))
    return {0, infinity, result};
  return {0, integer_error(ScalarOp::floor, type_, {0, errors_, result}, {}, result), result};
}

} // namespace fovea::arithmetic
