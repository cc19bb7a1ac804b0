#pragma once
#include "dsl/definition/binding.hpp"
#include "dsl/equation/syntax.hpp"

namespace fovea::text {

// Statements of a text whose operands have these element types, and where their parts stand in it.
struct Elaborated {
  Elaborated() = default;
  Elaborated(Elaborated&&) = default;
  // The last first: each may hold the one before it, and so on to any depth.
  ~Elaborated() {
    while (!statements.empty())
      statements.pop_back();
  }

  std::vector<StatementPtr> statements; // one per line
  std::map<const Node*, int> reads;     // the syntax of reads and reductions
};
Elaborated elaborate(const Parsed& parsed, const std::vector<DType>& operands);

} // namespace fovea::text
