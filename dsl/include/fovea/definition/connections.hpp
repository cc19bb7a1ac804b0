#pragma once
#include <fovea/definition/definition.hpp>

#include <compare>
#include <string>
#include <vector>

// Which element of an op's input goes into which element of its result, by which weight: what tells
// a convolution from an unshared or a dense layer. Derived from the definition, term by term.
namespace fovea {

// Numbers of elements, row-major.
struct Connection {
  int64_t from = 0;    // of the input
  int64_t to = 0;      // of the result
  int64_t weight = -1; // of the weights; -1: none is read in the same term
  auto operator<=>(const Connection&) const = default;
};

// Of operand `input` with the first result, by `result`, then `from`, each once. `weights` is the
// operand whose elements tell them apart; -1: none. What is read outside a tensor is nothing under
// `zero` and `constant`, and the element that stands for it under the other rules. Throws Error
// where a read is at a place that is computed, or there are more than a million terms.
std::vector<Connection> connections(const Definition& definition, int input = 0, int weights = -1);

// A picture of them in SVG: inputs are a row of dots, results a row above it, and lines of one
// colour are those of one weight. Operand 0 is the input; weights are operand 1, where there is
// one. Below stands the equation. Throws Error as `connections`, and for more than 64 dots in a
// row.
std::string draw_connections(const Definition& definition);

} // namespace fovea
