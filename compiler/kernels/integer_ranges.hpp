#pragma once
#include "compiler/kernels/rounded_quotient.hpp"

#include <map>

// Which values of stages are always integers, and between which bounds, whatever their type: bytes
// that became floats, their sums and products by integers, and what is rounded. Floats hold
// integers exactly up to 2^24 (f32), so that integers computed instead are the same.
namespace fovea::kernels {

struct IntegerRange {
  int64_t low = 0, high = 0;  // both included
  bool negative_zero = false; // of floats: the value may be -0, whose sign integers do not have

  bool is_signed() const { return low < 0; }
  // Of the smallest integer type that holds it.
  int64_t bytes() const;
};

struct IntegerValue {
  enum class From : uint8_t {
    arguments, // an operation of integers, or what is no operation
    itself,    // computed in its own type alone: it wraps, or rounds what is no integer
    quotient,  // `form` of `argument`
  };
  IntegerRange range;
  From from = From::arguments;
  Expr argument = nullptr;
  RoundedQuotient form = {};
};

// Of stages as split_stages makes them, which must live as long.
class IntegerRanges {
 public:
  IntegerRanges() = default;
  explicit IntegerRanges(const Definition& stages);

  // Of a value within equation `e`, of its body or of a part; nullptr: not known to be an integer.
  const IntegerValue* find(size_t e, const Node& node) const;
  // Of the elements of equation `e`.
  const std::optional<IntegerRange>& of_elements(size_t e) const { return elements_[e]; }

 private:
  friend class IntegerFinder;
  std::vector<std::map<const Node*, IntegerValue>> values_; // per equation
  std::vector<std::optional<IntegerRange>> elements_;
};

} // namespace fovea::kernels
