#include "compiler/kernels/channel_vectors.hpp"

#include <fovea/catalogue/integers.hpp>

#include <algorithm>

namespace fovea::kernels {
namespace {

// Cycles of one core, measured: of a vector of the result, of a vector of the image in blocks and
// by rows (where it is copied with its padding and, for each stride, apart), of an element that is
// moved into another order.
constexpr double finished_vector = 1, vector_in_blocks = 0.5, vector_of_rows = 2.5,
                 moved_element = 1.5;

double steps(int64_t extent, int64_t step) {
  return static_cast<double>(catalogue::ceiling_quotient(extent, step));
}

double elements(const Shape& shape) {
  return static_cast<double>(shape.elements());
}

} // namespace

double channel_vectors_cycles(const catalogue::Problem& problem, const ChannelWindows& windows) {
  const Definition& definition = problem.definition;
  const Equation& equation = definition.equations[static_cast<size_t>(windows.equation)];
  const int64_t lanes = problem.target.lanes(4);
  const Shape image = definition.type_of(windows.image).shape, result = equation.shape();
  double terms = 1;
  for (const IndexRange& range : equation.reduced)
    terms *= static_cast<double>(range.extent);
  // Two multiply-adds a cycle; a maximum that keeps NaN is three operations.
  const double term_cycles =
      equation.reduction == ReduceKind::max || equation.reduction == ReduceKind::min ? 1.5 : 0.5;
  double cycles = 0;
  if (in_channel_blocks(problem, windows)) {
    const double filled = steps(result[windows.channel], lanes) * static_cast<double>(lanes) /
                          static_cast<double>(result[windows.channel]);
    const auto vectors = [&](const Shape& shape) {
      return elements(shape) * filled / static_cast<double>(lanes);
    };
    cycles = vectors(result) * (terms * term_cycles + finished_vector) +
             vectors(image) * vector_in_blocks;
    if (problem.forms.operand(windows.image).is_row_major())
      cycles += elements(image) * moved_element;
    if (problem.forms.result(0).is_row_major())
      cycles += elements(result) * moved_element;
  } else {
    const auto vectors = [&](const Shape& shape) {
      const int64_t row = shape[shape.rank() - 1];
      return elements(shape) / static_cast<double>(row) * steps(row, lanes);
    };
    cycles = vectors(result) * (terms * term_cycles + 2 * finished_vector) +
             vectors(image) * vector_of_rows;
  }
  return cycles;
}

} // namespace fovea::kernels
