#pragma once
#include <fovea/definition/definition.hpp>

#include <functional>

// The exact slow reference. Floats are computed in float64 and integers as integers that wrap in
// their type; beside each float value runs a bound of the error that an implementation in the
// definition's own element types may make (running error analysis: N. Higham, Accuracy and
// Stability of Numerical Algorithms, 2nd ed., section 3.3), for sums in any order. So tolerances
// are derived, not guessed.
namespace fovea {

struct Value {
  double real = 0;     // floats
  double error = 0;    // bound of |computed - real| for any conforming implementation; may be inf
  int64_t integer = 0; // integers and booleans
};

// May `got`, what an implementation computed, stand for `expected`, what the interpreter says?
// Floats within the bound (NaN and infinities exactly), integers equal.
bool agrees(const Value& got, const Value& expected, DType type);

// Element `offset` of an array in memory, without error. What is written is rounded to nearest (f16
// and bf16 ties to even); integers keep their lowest bits.
Value read_element(DType type, const void* data, int64_t offset);
void write_element(DType type, void* data, int64_t offset, const Value& value);

// Reads element `offset` (row-major) of operand `operand`.
using OperandReader = std::function<Value(int operand, int64_t offset)>;

// An operand's elements in memory, row-major, in the operand's dtype.
OperandReader reader_of(const Definition& definition, const std::vector<const void*>& operands);

// The same for results: of a definition's results in memory, those of `result`.
OperandReader result_reader_of(const Definition& definition,
                               const std::vector<const void*>& results);

class Interpreter {
 public:
  // Both must outlive the interpreter.
  Interpreter(const Definition& definition, OperandReader operands);
  ~Interpreter();
  // Elements of `equation` may be off by `error` more than its own sums, which follows through what
  // is computed from them: of algorithms that transform sums. Before any element is asked for.
  void allow_error(int equation, double error);
  // Any single element of result `result`; computes only what this element needs (and remembers
  // elements of inner equations).
  Value element(int result, const std::vector<int64_t>& indices);
  // All elements, row-major.
  std::vector<Value> all(int result);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

} // namespace fovea
