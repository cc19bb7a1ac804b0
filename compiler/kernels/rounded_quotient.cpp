#include "compiler/kernels/rounded_quotient.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace fovea::kernels {
namespace {

constexpr int64_t end_of_16_bits = 1 << 16;
constexpr int most_tried = 8; // places of the first step, where a step has no whole length

// Where a function that never falls has one value: first to last argument, counted from the lowest.
struct Step {
  int64_t first = 0, last = 0, value = 0;
};

std::vector<Step> steps_of(const std::vector<int64_t>& values) {
  std::vector<Step> steps;
  for (size_t k = 0; k < values.size(); ++k) {
    const auto place = static_cast<int64_t>(k);
    if (steps.empty() || steps.back().value != values[k])
      steps.push_back({place, place, values[k]});
    steps.back().last = place;
  }
  return steps;
}

class Search {
 public:
  Search(int64_t low, const std::vector<int64_t>& values)
      : low_(low), values_(values), steps_(steps_of(values)) {}

  std::optional<RoundedQuotient> run() const {
    if (steps_.size() < 3) // the first and the last may be cut off: no length is known
      return std::nullopt;
    for (size_t k = 1; k < steps_.size(); ++k)
      if (steps_[k].value != steps_[k - 1].value + 1)
        return std::nullopt;
    const double mean = static_cast<double>(steps_.back().first - steps_[1].first) /
                        static_cast<double>(steps_.size() - 2);
    for (int shift = 0; shift < 16; ++shift)
      if (std::ldexp(1, shift) == std::round(mean))
        if (const auto found = aligned({.shift = shift}, std::round(mean)))
          return found;
    for (const double length : {std::round(mean), mean})
      for (int shift = 0; shift < 16; ++shift) {
        const double multiplier = std::ldexp(1, 16 + shift) / length;
        for (const double near : {std::ceil(multiplier), std::ceil(multiplier) - 1})
          if (near > 0 && near < end_of_16_bits)
            if (const auto found =
                    aligned({.multiplier = static_cast<int64_t>(near), .shift = shift}, length))
              return found;
      }
    return std::nullopt;
  }

 private:
  // So that steps start at multiples of their length.
  std::optional<RoundedQuotient> aligned(RoundedQuotient form, double length) const {
    const auto second = static_cast<double>(low_ + steps_[1].first);
    const double before = std::ceil((second - static_cast<double>(low_)) / length);
    for (int more = 0; more < most_tried; ++more) {
      form.origin = static_cast<int64_t>(std::ceil((before + more) * length - second));
      if (const auto found = proved(form))
        return found;
    }
    return length == std::round(length) ? with_ties(form, static_cast<int64_t>(length))
                                        : std::nullopt;
  }

  // Ties to even: steps are by turns one shorter and one longer. The middle of an even one is its
  // own, that of an odd one the next one's.
  std::optional<RoundedQuotient> with_ties(RoundedQuotient form, int64_t length) const {
    if (length % 2 != 0)
      return std::nullopt;
    for (size_t k = 1; k + 1 < std::min<size_t>(steps_.size(), 4); ++k) {
      if (steps_[k].last - steps_[k].first + 2 != length)
        continue;
      form.origin = length / 2 + 1 - (low_ + steps_[k].first);
      while (low_ + form.origin < 0)
        form.origin += 2 * length;
      while (low_ + form.origin >= 2 * length)
        form.origin -= 2 * length;
      form.to_even = length / 2 - 1;
      return proved(form);
    }
    return std::nullopt;
  }

  std::optional<RoundedQuotient> proved(RoundedQuotient form) const {
    form.offset = 0;
    form.offset = steps_[1].value - form(low_ + steps_[1].first);
    const auto gives = [&](int64_t place, int64_t value) {
      const int64_t y = low_ + place + form.origin;
      return y >= 0 && y + (form.to_even ? *form.to_even + 1 : 0) < end_of_16_bits &&
             form(low_ + place) == value;
    };
    const auto at_its_ends = [&](const Step& step) {
      return gives(step.first, step.value) && gives(step.last, step.value);
    };
    if (!std::ranges::all_of(steps_, at_its_ends)) // soon decides against most
      return std::nullopt;
    for (size_t k = 0; k < values_.size(); ++k)
      if (!gives(static_cast<int64_t>(k), values_[k]))
        return std::nullopt;
    return form;
  }

  const int64_t low_;
  const std::vector<int64_t>& values_;
  const std::vector<Step> steps_;
};

// --- values ----------------------------------------------------------------------------------

using Value = std::optional<double>;

// A double has twice the bits of a float and two more: an operation in it, rounded to f32, is the
// operation in f32. What is subnormal may be 0 in a kernel.
Value rounded(double value, DType type) {
  const double result = type == DType::f32 ? static_cast<double>(static_cast<float>(value)) : value;
  const double least = type == DType::f32 ? static_cast<double>(std::numeric_limits<float>::min())
                                          : std::numeric_limits<double>::min();
  if (!std::isfinite(result) || (result != 0 && std::abs(result) < least))
    return std::nullopt;
  return result;
}

Value integer_in(double value, DType type) {
  const int bits = 8 * static_cast<int>(size_of(type));
  if (std::isnan(value) || bits > 32)
    return std::nullopt;
  const double low = type == DType::u8 ? 0 : -std::ldexp(1, bits - 1);
  const double high = std::ldexp(1, type == DType::u8 ? bits : bits - 1) - 1;
  return std::clamp(std::trunc(value), low, high) + 0.0; // no -0
}

// Kernels do not say which of them is the greater.
bool are_different_zeros(double a, double b) {
  return a == 0 && b == 0 && std::signbit(a) != std::signbit(b);
}

Value float_operation(ScalarOp op, double a, double b) {
  switch (op) {
  case ScalarOp::add:
    return a + b;
  case ScalarOp::sub:
    return a - b;
  case ScalarOp::mul:
    return a * b;
  case ScalarOp::div:
    return a / b;
  case ScalarOp::max:
    return are_different_zeros(a, b) ? Value() : std::max(a, b);
  case ScalarOp::min:
    return are_different_zeros(a, b) ? Value() : std::min(a, b);
  case ScalarOp::neg:
    return -a;
  case ScalarOp::abs:
    return std::abs(a);
  case ScalarOp::sqrt:
    return std::sqrt(a);
  case ScalarOp::floor:
    return std::floor(a);
  case ScalarOp::ceil:
    return std::ceil(a);
  case ScalarOp::round:
    return std::nearbyint(a);
  default:
    return std::nullopt;
  }
}

Value operation(const Node& node, const Node* argument, int64_t x) {
  std::array<double, 2> args{};
  if (node.args.size() > args.size())
    return std::nullopt;
  for (size_t k = 0; k < node.args.size(); ++k) {
    Value value = evaluated(*node.args[k], argument, x);
    if (value && node.args[k]->type != node.type)
      value = is_float(node.type) ? rounded(*value, node.type) : std::nullopt;
    if (!value)
      return std::nullopt;
    args[k] = *value;
  }
  const double b = args[1];
  if (node.type == DType::f32 || node.type == DType::f64) {
    const Value value = float_operation(node.op, args[0], b);
    return value ? rounded(*value, node.type) : value;
  }
  return node.op == ScalarOp::div && b != 0 ? integer_in(args[0] / b, node.type) : Value();
}

} // namespace

int64_t RoundedQuotient::operator()(int64_t argument) const {
  const auto quotient = [&](int64_t y) {
    return (multiplier == 0 ? y : y * multiplier >> 16) >> shift;
  };
  const int64_t y = argument + origin;
  return quotient(to_even ? y + *to_even + (quotient(y) & 1) : y) + offset;
}

std::optional<RoundedQuotient> rounded_quotient(int64_t low, const std::vector<int64_t>& values) {
  return static_cast<int64_t>(values.size()) <= end_of_16_bits ? Search(low, values).run()
                                                               : std::nullopt;
}

std::optional<double> evaluated(const Node& expr, const Node* argument, int64_t x) {
  const bool is_known_type = expr.type == DType::f32 || expr.type == DType::f64 ||
                             (is_integer(expr.type) && expr.type != DType::i64);
  if (&expr == argument)
    return static_cast<double>(x);
  if (!is_known_type)
    return std::nullopt;
  switch (expr.kind) {
  case Node::Kind::constant:
    return is_float(expr.type) ? rounded(expr.constant, expr.type)
                               : Value(static_cast<double>(expr.integer));
  case Node::Kind::cast: {
    const Node& from = *expr.args[0];
    const Value value = evaluated(from, argument, x);
    if (!value)
      return std::nullopt;
    if (is_float(expr.type))
      return rounded(*value, expr.type);
    if (is_float(from.type))
      return integer_in(*value, expr.type);
    return integer_in(*value, expr.type) == value ? value : Value(); // it wraps
  }
  case Node::Kind::op:
    return operation(expr, argument, x);
  default:
    return std::nullopt;
  }
}

} // namespace fovea::kernels
